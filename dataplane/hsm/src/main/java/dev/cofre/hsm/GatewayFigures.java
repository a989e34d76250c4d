package dev.cofre.hsm;

/**
 * What a gateway has done and how it stands, for metrics. Immutable.
 *
 * @param up whether the HSM answered last and calls are let through
 * @param waiting calls that wait
 * @param calls calls that the HSM answered, rejections included
 * @param failures calls that failed in the HSM, or for it
 * @param rejected wraps that did not verify, those answered from memory included
 * @param remembered of these, the ones that the HSM was not asked about again
 * @param refused calls that found the queue full
 * @param late calls that missed their deadline
 * @param breakerOpenings how often calls were cut off because the HSM failed
 * @param batches how many batches the HSM threads have run
 * @param batched calls in these batches
 * @param callP50Ns time in the HSM, median
 * @param callP99Ns time in the HSM, 99th percentile
 * @param totalP50Ns time from submission to the result, median
 * @param totalP99Ns time from submission to the result, 99th percentile
 */
public record GatewayFigures(
    boolean up,
    int waiting,
    long calls,
    long failures,
    long rejected,
    long remembered,
    long refused,
    long late,
    long breakerOpenings,
    long batches,
    long batched,
    long callP50Ns,
    long callP99Ns,
    long totalP50Ns,
    long totalP99Ns) {}
