"""Files fetched by the clock: places → look (what is there, and is it whole) → take (one run each) → follow (what became of
it) → archive → trouble (what people have to know) → telling. `work` does it all, as one job per profile."""
