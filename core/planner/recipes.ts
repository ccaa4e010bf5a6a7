// Every constant of the recipes and of the planner's estimates, in one place to tune. Seconds were measured on 2 cores.

export const TEACHER = {
  batch_size: 32,
  /** Batch norms are frozen while fine-tuning: 3e-4 was too fast for data unlike photos (see full_fine_tune.py). */
  learning_rate: 1e-4,
  probe_epochs: 60,
  /** Passes over the training samples whose features the probe caches: plain, flipped, augmented. */
  probe_views: 3,
  /** Of the pretrained size: the smallest whose probe is tried. */
  probe_size_ratio_min: 96 / 224,
  epochs_min: 4,
  epochs_max: 30,
  /** Share of the training time that the teacher may take; students get the rest. */
  time_share: 0.3,
} as const;

export const STUDENT = {
  batch_size: 32,
  /** Measured on defects at 160 px, 61 % of the parameters: validation top-1 86.9 % after 8 epochs, the teacher's 85.7 %;
   * 2e-4 was at 77 % after 5. */
  learning_rate: 5e-4,
  temperature: 2,
  /** Of the loss; labels get the rest. At 96 px, 36.5 % of the parameters, one seed, pictures right on validation at 0.8 and 0.3: surface
   * defects 75 and 77 of 84 (a probe at 96 px teaches; relearned: 77 and 79), flowers 79 and 80 of 95 (27 to 31 epochs), PACS
   * 114 and 119 of 140 (12 epochs). */
  distillation_weight: 0.3,
  /** For a student that has lost little. At 1/12 of the latency flower students stood 0.6 nats from their teacher and gained from it;
   * tile students stood 4.5 nats away, and refined they came out worse (distill.py). PACS, 1.3 on validation: no difference. */
  refinement: { below_divergence: 1, learning_rate: 2e-4, mixed_share: 0.67, frozen_share: 1 },
  /** The teacher answers this many augmented views of a sample at most; VIEWS_MAX of the compress task. */
  teacher_views_max: 12,
  epochs_min: 6,
  /** More brought nothing: 205 flower photos, 300 others held out, one seed: at 96 px 81.0 % after 55 epochs and 79.3 after 130; at 64 px,
   * pruned to 0.2 ms, 75.3 after 60 and 70.7 after 150. */
  epochs_max: 60,
  /** A larger input is only worth its time with this many epochs. */
  epochs_wanted: 8,
  pruner: "expansion",
  /** What the search sets beside it, and what prunes to a latency: it can take out whole blocks. */
  pruner_other: "knapsack",
  importance: "taylor",
  /** int8 kernels step there: channels in between cost as much time. Before training, 8 kept hardly more of the answers (KL 0.245
   * against 0.250 at 42 % of the parameters, 150 flower photos). */
  channel_multiple: 16,
} as const;

/** Passes of a student that is rounded while it trains, where rounding alone broke a promise. 0, never: in the runs made so
 * far it came no closer to fp32 than calibration does. */
export const QUANTIZATION_TRAINING: { readonly epochs: number } = { epochs: 0 };

export const SEARCH = {
  /** Without a time promise: this much training, by the profile's estimate. */
  training_s_default: 480,
  /** Share of a time promise that the planner lays out. On a machine that is slower than its profile, students have fewer
   * epochs than planned (training/time_limit.py). */
  time_safety: 0.9,
  rungs_max: 5,
  candidates_max: 6,
  /** Of the first of several rungs; each further rung doubles it. */
  epochs_of_first_rung: 5,
  /** Several candidates are only tried where the winner is still trained for this many epochs in all: a search must not
   * cost the accuracy that one candidate, trained for all of the time, would have. Chosen by judgement. */
  epochs_enough: 24,
  /** And for this share of the epochs that the first candidate alone would be trained for. */
  epochs_share_enough: 0.6,
  /** Fewer epochs more are not worth another quantization and measurement. */
  epochs_more_min: 4,
  /** Another rung that only seeks speed must allow this many epochs. */
  epochs_for_gain: 12,
  /** Input size over the pretrained size that kept accuracy in measurements (160 of 224). */
  safe_size_ratio: 160 / 224,
  size_ratio_min: 64 / 224,
  size_margin: 0.04,
  latency_margin: 0.1,
  /** Of what slow runs take longer than the median, by measurement: it is another one at another time (0.08 ms planned, 0.13 ms when
   * the file of 0.5 ms was measured). */
  tail_safety: 1.5,
  /** Of a file's runs: predictions are medians, promises bounds of the 95th percentile. Where the target's own was not measured;
   * measured 1.07 to 1.3, and 1.4 for files of 0.3 ms. */
  latency_p95_over_p50: 1.15,
  parameters_ratio_min: 0.05,
  /** A larger input that keeps so much of its time when pruned to the latency comes before a smaller one that need not be
   * pruned for it: that would leave up to a third of the latency unused. Flowers, one promise, an eighth of Lite0's time, n = 300:
   * 96 px, pruned for size only, 15 times as fast, 80.3 %; 128 px, 9.1 times, 85.0 %. And at the time of 96 px unpruned,
   * 205 photos, 300 held out, 55 epochs: 96 px 81.0 % (loss 0.53), 128 px 85.0 % (0.45). */
  latency_share_preferred: 0.75,
  /** Pruned further than this for latency's sake, smaller inputs kept more accuracy. */
  latency_share_min: 0.5,
  /** At the smallest input there is none smaller: so much of the time stays at the least, which pruning has reached. */
  latency_share_min_smallest: 0.3,
  /** Milliseconds go with parameters, at this rate, where a pruner weighs both: 36.5 % of Lite0's parameters at 96 px took 69 %
   * of its time. */
  latency_per_parameters: 0.48,
} as const;

/** What a run costs beside its epochs, and forward speeds in MACs per millisecond on one thread. */
export const COST = {
  /** On a machine whose profile says forward_ms a sample at forward_size; fixed-costs.ts scales them. On one that says 5.4, steps
   * took 0.2 to 0.45 of these seconds. */
  fixed_s: {
    prepare: 2,
    profile: 15,
    teacher: 18,
    student: 26,
    /** A student that was pruned in an earlier rung. */
    continued: 12,
    /** Where a latency is promised: layers of the teacher's kind once, precisions of each new structure. */
    time_layers: 30,
    time_precisions: 3,
    /** Beside it, of the whole network at forward_size. */
    time_precisions_macs: 12,
    /** Budgets on flowers, 205 pictures, on a machine at 0.84: 80 px and 13 % of the parameters 7.4 s, 64 px 13 to 20 s, 128 px 23 to
     * 28 s, 224 px 83 s, all with a latency promise; 160 px and 53 %, without one, 25 s. */
    quantize: 4,
    /** Beside it, of the whole network: of all its parameters, and of its MACs at forward_size. */
    quantize_parameters: 13,
    quantize_macs: 55,
    measure: 10,
    certify: 10,
    report: 3,
  },
  forward_size: 224,
  forward_ms: 8,
  prepare_ms_per_sample: 6,
  /** Pruning hardly speeds up training on a CPU (30.6 against 30.3 CPU ms a sample at 62 % of the parameters): this share
   * of a step doesn't shrink. */
  unpruned_share: 0.75,
  int8_macs_per_ms: 55e6,
} as const;

/** Facts of a backbone that is known before it was trained, from timm 1.0.31; MACs grow with the input's area. */
export const BACKBONES: Readonly<Record<string, KnownBackbone>> = {
  tf_efficientnet_lite0: { feature_parameters: 3_371_008, features: 1280, macs_224: 384e6 },
  tf_efficientnet_lite1: { feature_parameters: 4_135_680, features: 1280, macs_224: 501e6 },
  tf_efficientnet_lite2: { feature_parameters: 4_811_072, features: 1280, macs_224: 575e6 },
};

export interface KnownBackbone {
  readonly feature_parameters: number;
  readonly features: number;
  readonly macs_224: number;
}
