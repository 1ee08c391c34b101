/** The analyst's toolkit: everything that `plimsoll risk` is made of. */

export * from "./backtest/backtest.js";
export * from "./backtest/explain.js";
export * from "./calibration/build.js";
export * from "./calibration/calibrate.js";
export * from "./calibration/parameters.js";
export * from "./calibration/run.js";
export * from "./cascade/cascade.js";
export * from "./data/csv.js";
export * from "./data/panel.js";
export * from "./data/prices.js";
export * from "./data/returns.js";
export * from "./data/values.js";
export * from "./errors.js";
export * from "./model/model.js";
export * from "./montecarlo/core.js";
export * from "./montecarlo/montecarlo.js";
export * from "./montecarlo/normal.js";
export * from "./progress.js";
export * from "./statistics/covariance.js";
export * from "./statistics/distributions.js";
export * from "./statistics/moments.js";
export * from "./statistics/volatility.js";
export * from "./var/component.js";
export * from "./var/var.js";
