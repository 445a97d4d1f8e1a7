"""A stand-in B2B shop: receives the webhook of a PIM channel and shows the pages a customer would see.

Its own process, the standard library only: `python -m pim.demo.shop --port 8081 --data DIR --secret whsec_…`.
The webhook is POST /api; GET /api/items?keys=a,b reads back. Scripts of faults: see `faults`.
"""
