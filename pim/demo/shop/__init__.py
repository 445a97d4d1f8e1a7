"""A stand-in B2B shop: receives the webhook of a PIM channel and shows the pages a customer would see.

Its own process, the standard library only: `python -m pim.demo.shop --port 8081 --data DIR --secret whsec_…`.
The webhook is POST /hooks/CHANNEL (or /api, the dealer shop); GET …/items?key=a&key=b reads back. The dealer shop's pages
stand at /, another channel's at /at/CHANNEL/en_US/; /_log, /_state and /_version take ?channel=. Scripts of faults: see `faults`.
"""
