"""One spelling for equal JSON."""

from pim.lib.canonical import canonical_hash, canonical_json


def test_keys_are_sorted_at_every_depth_and_letters_stay_letters():
    assert (
        canonical_json({"b": [{"z": 1, "a": "ß"}], "a": None}) == '{"a":null,"b":[{"a":"ß","z":1}]}'.encode()
    )


def test_equal_values_have_equal_hashes_whatever_the_order_of_their_keys():
    assert canonical_hash({"a": 1, "b": 2}) == canonical_hash({"b": 2, "a": 1})


def test_different_values_have_different_hashes():
    values = [{}, [], None, False, 0, "", "0", {"a": None}, {"a": ""}, {"a": "1"}, {"a": 1}]
    assert len({canonical_hash(value) for value in values}) == len(values)


def test_the_hash_is_32_hex_digits_and_stays_the_same_over_versions():
    assert canonical_hash({"sku": "A-1"}) == "90e87f11f806c55dd535ab76690514fd"
