// The two-sided 95 % point of the normal distribution (R: qnorm(0.975)) and the one-sided one (qnorm(0.95)).

export const NORMAL_TWO_SIDED_95 = 1.959963984540054;
export const NORMAL_ONE_SIDED_95 = 1.6448536269514722;
