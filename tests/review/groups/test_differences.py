"""In what a group's listings differ: facts first, what is alike or stated by none is no difference."""

from matcher.review.groups.differences import compare_cells, compare_titles


def test_amounts_come_before_colours_and_one_amount_is_one_however_it_is_written():
    found = compare_titles(["red jar 0.5 l", "jar 500 ml red", "blue jar 250 ml", "jar, red"])
    assert [difference.name for difference in found] == ["volume", "colour"]
    volume, colour = found
    assert volume.values[0] == volume.values[1] != volume.values[2]
    assert volume.values[3] == ""
    assert [count for _, count in volume.count()] == [2, 1]
    assert [volume.is_rare(place) for place in range(4)] == [False, False, True, False]
    assert colour.count() == [("red", 3), ("blue", 1)]


def test_a_model_number_is_one_however_it_is_spelled():
    assert compare_titles(["serum mlro999", "serum ml ro999", "serum ro999 20 ml"]) == []
    (model,) = compare_titles(["serum ml ro999", "serum ro467", "serum RO-467"])
    assert model.name == "model"
    assert model.values[1] == model.values[2] != model.values[0]


def test_what_only_some_state_is_no_difference():
    assert compare_titles(["red jar", "jar", "jar red"]) == []


def test_of_two_that_are_as_frequent_the_first_is_usual():
    (size,) = compare_titles(["oil 1 kg", "oil 2 kg"])
    assert [size.is_rare(0), size.is_rare(1)] == [False, True]


def test_columns_that_differ():
    columns = {"item_id": ["1", "2"], "title": ["a", "b"], "brand": ["Acme", "ACME "], "price": ["3", "4"],
               "weight": ["", "2"], "note": ["", ""]}  # fmt: skip
    assert [(each.name, each.values, each.is_fact) for each in compare_cells(columns)] == [("price", ("3", "4"), False)]
