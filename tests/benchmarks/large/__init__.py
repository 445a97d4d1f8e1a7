"""A large catalogue to measure on: made once, kept in the folder PIM_BENCH_HOME."""
