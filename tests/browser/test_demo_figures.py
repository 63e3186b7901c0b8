"""What the usual rule, without a label or a verdict, comes to on the demo that every newcomer opens."""

from matcher.pipeline.matches import evaluate
from matcher.pipeline.recipes import last_config, usual_recipe


def test_the_usual_rule_is_mostly_right_on_the_demo(own_workspace):
    (demo,) = own_workspace.catalogs()
    recipe = usual_recipe(own_workspace, last_config(own_workspace, demo.id))
    figures = evaluate(own_workspace, demo.id, recipe)
    assert figures.listing.f1 >= 0.88
    assert figures.listing.precision >= 0.91
