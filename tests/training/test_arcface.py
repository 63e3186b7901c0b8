import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from matcher.encoders.projection import Projection
from matcher.training.arcface import ArcFace, Softmax, add_margin, margins_by_size, ramp

angles = st.floats(0.0, math.pi)
margins = st.floats(0.0, 1.5)


@given(angles, margins)
def test_margin_is_added_to_the_angle(angle, margin):
    moved = add_margin(torch.tensor([math.cos(angle)]), margin).item()
    if angle + margin <= math.pi:
        # The sine is held at its smallest value near the poles, which costs at most its square root.
        assert moved == pytest.approx(math.cos(angle + margin), abs=2e-3)
    else:
        assert moved == pytest.approx(math.cos(angle) + math.cos(margin) - 1, abs=1e-5)


@given(margins)
def test_a_worse_angle_never_scores_better(margin):
    falling = add_margin(torch.linspace(1.0, -1.0, 2001), margin)
    assert (falling.diff() <= 1e-6).all()


@pytest.mark.parametrize("cosine", [1.0, -1.0, 1.0 + 1e-6, -1.0 - 1e-6])
def test_the_gradient_is_finite_at_both_ends(cosine):
    value = torch.tensor([cosine], requires_grad=True)
    add_margin(value, 0.5).sum().backward()
    assert value.grad is not None
    assert torch.isfinite(value.grad).all()


def by_hand(features, centres, targets, scale, margin):
    """Equation 3 of the paper, one sample after the other."""
    losses = []
    for feature, target in zip(features, targets, strict=True):
        cosines = [float(feature @ centre / np.linalg.norm(feature) / np.linalg.norm(centre)) for centre in centres]
        wanted = math.exp(scale * math.cos(math.acos(cosines[target]) + margin))
        others = sum(math.exp(scale * cosine) for label, cosine in enumerate(cosines) if label != target)
        losses.append(-math.log(wanted / (wanted + others)))
    return sum(losses) / len(losses)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.bfloat16, 1e-4)])
@pytest.mark.parametrize("margin", [0.0, 0.3, 0.8])
def test_loss_is_the_formula(dtype, tolerance, margin):
    torch.manual_seed(3)
    features = torch.randn(6, 5).to(dtype)
    targets = torch.tensor([0, 1, 2, 3, 1, 0])
    head = ArcFace(5, 4, scale=8.0, margin=margin)
    with torch.no_grad():
        for row, target in enumerate(targets):  # near their centres, so that no angle passes pi
            head.centres[target] = features[row].float() + 0.3 * torch.randn(5)
    expected = by_hand(
        features.double().numpy(), head.centres.detach().double().numpy(), targets.numpy(), scale=8.0, margin=margin
    )
    assert head(features, targets).item() == pytest.approx(expected, rel=tolerance)


def test_autocast_does_not_coarsen_the_angle():
    torch.manual_seed(0)
    head, features, targets = ArcFace(16, 3), torch.randn(4, 16), torch.tensor([0, 1, 2, 0])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = head(features, targets)
    assert inside.item() == pytest.approx(head(features, targets).item(), rel=1e-6)


def test_one_label_given_softly_is_that_label():
    torch.manual_seed(0)
    head, features, targets = ArcFace(8, 5), torch.randn(4, 8), torch.tensor([0, 4, 2, 2])
    soft = torch.nn.functional.one_hot(targets, 5).float()
    assert head(features, soft).item() == pytest.approx(head(features, targets).item())


def test_a_listing_under_two_labels_is_drawn_to_both():
    torch.manual_seed(0)
    head = ArcFace(8, 3, scale=10.0, margin=0.2)
    feature = torch.randn(1, 8, requires_grad=True)
    optimiser = torch.optim.Adam([feature], lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        head(feature, torch.tensor([[0.5, 0.0, 0.5]])).backward()
        optimiser.step()
    first, second, third = head.cosines(feature)[0].tolist()
    assert min(first, third) > second + 0.3
    assert first == pytest.approx(third, abs=0.1)


def test_the_nearest_sub_centre_counts():
    head = ArcFace(2, 2, sub_centres=2)
    with torch.no_grad():
        head.centres.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]))
    assert head.cosines(torch.tensor([[0.0, 2.0], [0.0, -3.0]])).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_rivals_are_pushed_away_harder():
    torch.manual_seed(0)
    features, targets = torch.randn(4, 8), torch.tensor([0, 1, 2, 0])
    plain = ArcFace(8, 3)
    rivals = torch.tensor([[2, -1], [-1, -1], [0, -1]])
    rivalled = ArcFace(8, 3, rivals=rivals, rival_margin=0.3)
    rivalled.load_state_dict(plain.state_dict())
    found = rivalled._are_rivals(plain.cosines(features), targets)
    torch.testing.assert_close(found, torch.tensor([[0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1]]).bool())
    assert rivalled(features, targets) > plain(features, targets)


def test_rivals_count_too_where_some_listings_stand_under_several_labels():
    torch.manual_seed(0)
    features = torch.randn(2, 8)
    targets = torch.tensor([[1.0, 0, 0], [0, 0.5, 0.5]])
    rivals = torch.tensor([[2, -1], [2, -1], [0, -1]])
    plain, rivalled = ArcFace(8, 3, margin=0.0), ArcFace(8, 3, margin=0.0, rivals=rivals, rival_margin=0.3)
    rivalled.load_state_dict(plain.state_dict())
    cosine = plain.cosines(features)
    cosine[0, 2] += 0.3  # the second listing's own other label is no rival of it
    expected = torch.nn.functional.cross_entropy(plain.scale * cosine, targets)
    assert rivalled(features, targets).item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_rival_counts_though_it_is_among_the_nearest():
    rivals = torch.tensor([[1], [-1], [-1]])
    head = ArcFace(2, 3, margin=0.0, scale=5.0, rivals=rivals, rival_margin=0.2)
    with torch.no_grad():
        head.centres.copy_(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]))
    head.ignore_nearest(1)
    feature, target = torch.tensor([[0.8, 0.2]]), torch.tensor([0])
    logits = head.cosines(feature)[0]
    logits[1] += 0.2
    assert head(feature, target).item() == pytest.approx(-torch.log_softmax(5 * logits, 0)[0].item(), rel=1e-5)


def test_the_nearest_count_neither_way():
    head = ArcFace(2, 4, margin=0.0, scale=5.0)
    with torch.no_grad():
        head.centres.copy_(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [-1.0, 0.0]]))
    feature, target = torch.tensor([[0.8, 0.2]]), torch.tensor([0])
    logits = 5 * head.cosines(feature)[0]
    head.ignore_nearest(1)
    expected = -torch.log_softmax(logits[[0, 2, 3]], 0)[0]  # class 1 is the nearest to class 0
    assert head(feature, target).item() == pytest.approx(expected.item(), rel=1e-5)


def test_margin_widens_for_small_classes():
    margins = margins_by_size(np.array([1, 2, 10]), 0.5, 0.2)
    assert margins.tolist() == pytest.approx([0.5, 0.5 * 2**-0.2, 0.5 * 10**-0.2])
    assert margins_by_size(np.array([1, 9]), 0.5, 0.0).tolist() == [0.5, 0.5]


def test_ramp_starts_low_and_ends_at_one():
    assert [ramp(done, epochs=4, start=0.2) for done in (0, 2, 4, 9)] == pytest.approx([0.2, 0.6, 1.0, 1.0])
    assert ramp(0, epochs=0, start=0.2) == 1.0


def test_ramp_scales_the_margin():
    torch.manual_seed(0)
    features, targets = torch.randn(4, 8), torch.tensor([0, 1, 2, 0])
    full, none = ArcFace(8, 3, margin=0.6), ArcFace(8, 3, margin=0.0)
    none.load_state_dict(full.state_dict())
    full.ramp = 0.0
    assert full(features, targets).item() == pytest.approx(none(features, targets).item())


def test_classes_of_few_points_are_learned():
    torch.manual_seed(1)
    targets = torch.arange(6).repeat(8)
    inputs = torch.randn(6, 10)[targets] + 0.5 * torch.randn(48, 10)
    neck, head = Projection(10, 8), ArcFace(8, 6, scale=16.0, margin=0.3)
    optimiser = torch.optim.Adam([*neck.parameters(), *head.parameters()], lr=0.02)
    for _ in range(150):
        optimiser.zero_grad()
        head(neck(inputs), targets).backward()
        optimiser.step()
    assert (head.cosines(neck(inputs)).argmax(1) == targets).float().mean() > 0.95


def test_softmax_is_the_plain_classifier():
    torch.manual_seed(0)
    head, features, targets = Softmax(8, 3), torch.randn(4, 8), torch.tensor([0, 1, 2, 0])
    logits = features @ head.linear.weight.T + head.linear.bias
    expected = -torch.log_softmax(logits, 1)[torch.arange(4), targets].mean()
    assert head(features, targets).item() == pytest.approx(expected.item())
