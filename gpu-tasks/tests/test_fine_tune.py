"""Which input size the teacher goes on at."""

from decant_tasks.tasks.fine_tune import choose_size
from decant_tasks.training.evaluate import Score


def test_the_largest_input_is_kept_unless_a_smaller_ones_loss_is_clearly_lower():
    assert choose_size({224: Score(0.84, 0.47)}) == 224
    assert choose_size({224: Score(0.84, 0.47), 160: Score(0.86, 0.44), 96: Score(0.77, 0.60)}) == 224
    assert choose_size({224: Score(0.857, 0.335), 160: Score(0.90, 0.26), 96: Score(0.94, 0.21)}) == 96


def test_a_smaller_input_must_be_clearly_better_than_the_best_larger_one():
    assert choose_size({96: Score(0.9, 0.25), 160: Score(0.9, 0.26), 224: Score(0.8, 0.4)}) == 160
