package dev.cofre.loadtest.run;

import dev.cofre.loadtest.report.NodeFigures;
import dev.cofre.loadtest.report.StoredRun;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Predicts a run of another setting from one that was measured (docs/LOAD.md states the model).
 *
 * <p>A request that finds its data key takes what requests took in the measured run. One that does
 * not takes the same, and its wait and service at the HSM: a queue with as many servers as it has
 * threads, random arrivals and exponential service (M/M/c, Erlang's C). The node's processors carry
 * so many requests a second as their measured cost for one allows.
 */
public final class WhatIf {
  /** How full processors and HSM may be at the largest rate. */
  private static final double FULL = 0.9;

  /** The slices that latencies are cut into when distributions are mixed. */
  private static final int SLICES = 400;

  private final NodeFigures node;
  private final Histogram service;
  private final double seconds;
  private final int hsmThreads;
  private final int processors;

  /**
   * One setting.
   *
   * @param misses of the measured ones, times this: 2 for half the TTL or twice the keys
   * @param hitShare in place of the measured one; NaN to keep it
   * @param hsmThreads calls that the HSM carries out at once
   * @param rate requests a second; NaN for the measured one
   */
  public record Setting(String name, double misses, double hitShare, int hsmThreads, double rate) {}

  /**
   * What a setting would give.
   *
   * @param p99Ms infinite when the queue grows without end
   * @param rateMax the largest rate
   * @param limit what limits it
   */
  public record Prediction(Setting setting, double p99Ms, double rateMax, String limit) {}

  /** From {@code run}, whose node had {@code hsmThreads} and {@code processors}. */
  public WhatIf(StoredRun run, int hsmThreads, int processors) {
    this.node = NodeFigures.read(run.summary());
    this.service = run.service();
    this.seconds = run.summary().getDouble("seconds");
    this.hsmThreads = hsmThreads;
    this.processors = processors;
    if (!(node.requests() > 0) || !(node.hsmCallUs() > 0) || service.getTotalCount() == 0) {
      throw new UsageException(
          run.folder() + ": its node's metrics were not seen, and nothing can be told from it");
    }
  }

  /**
   * The usual questions: as it was, one HSM thread less, half the TTL, 97% hits, twice the keys.
   */
  public List<Setting> usual() {
    List<Setting> settings = new ArrayList<>();
    settings.add(new Setting("as measured", 1, Double.NaN, hsmThreads, Double.NaN));
    if (hsmThreads > 1) {
      settings.add(new Setting("one HSM less", 1, Double.NaN, hsmThreads - 1, Double.NaN));
    }
    settings.add(new Setting("TTL halved", 2, Double.NaN, hsmThreads, Double.NaN));
    settings.add(new Setting("97% hits", 1, 0.97, hsmThreads, Double.NaN));
    settings.add(new Setting("twice the keys", 2, Double.NaN, hsmThreads, Double.NaN));
    return settings;
  }

  /** What {@code setting} would give. */
  public Prediction predict(Setting setting) {
    double measuredRate = node.requests() / seconds;
    double rate = Double.isNaN(setting.rate()) ? measuredRate : setting.rate();
    double callsPerRequest = callsPerRequest(setting);
    double perSecond = 1e6 / node.hsmCallUs();
    double hsmMax = FULL * setting.hsmThreads() * perSecond / Math.max(1e-9, callsPerRequest);
    double cpuMax = node.cpuUs() > 0 ? FULL * processors * 1e6 / node.cpuUs() : Double.MAX_VALUE;
    double p99Ms = p99Ms(rate * callsPerRequest, perSecond, setting.hsmThreads(), callsPerRequest);
    return new Prediction(
        setting, p99Ms, Math.min(hsmMax, cpuMax), hsmMax < cpuMax ? "HSM" : "processors");
  }

  /** Of the measured calls those that were misses change, the others (new data keys) stay. */
  private double callsPerRequest(Setting setting) {
    double measured = node.hsmCalls() / node.requests();
    double lookUps = Double.isNaN(node.lookUps()) ? 0 : node.lookUps() / node.requests();
    double missShare = Double.isNaN(node.hitShare()) ? 0 : 1 - node.hitShare();
    double others = Math.max(0, measured - lookUps * missShare);
    double share =
        Double.isNaN(setting.hitShare()) ? missShare * setting.misses() : 1 - setting.hitShare();
    return others + lookUps * Math.min(1, share);
  }

  /** Where 1% of all requests are beyond, hits and misses mixed. */
  private double p99Ms(double arrivals, double perSecond, int servers, double missShare) {
    double spare = servers * perSecond - arrivals;
    if (spare <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double waits = erlangC(arrivals / perSecond, servers);
    double low = 0;
    double high = service.getMaxValue() / 1e9 + 60;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (beyond(middle, Math.min(1, missShare), waits, spare, perSecond) > 0.01) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 1e3 * high;
  }

  private double beyond(
      double limit, double missShare, double waits, double spare, double perSecond) {
    double sum = 0;
    for (int i = 0; i < SLICES; i++) {
      double part = service.getValueAtPercentile(100 * (i + 0.5) / SLICES) / 1e9;
      double left = limit - part;
      double hit = left < 0 ? 1 : 0;
      sum +=
          (1 - missShare) * hit
              + missShare * (left < 0 ? 1 : hsmBeyond(left, waits, spare, perSecond));
    }
    return sum / SLICES;
  }

  /** The part of calls whose wait and service take longer than {@code limit} seconds. */
  private static double hsmBeyond(double limit, double waits, double spare, double perSecond) {
    double served = Math.exp(-perSecond * limit);
    if (Math.abs(spare - perSecond) < 1e-6 * perSecond) {
      return served * (1 + waits * perSecond * limit);
    }
    double waited = Math.exp(-spare * limit);
    return served + waits * perSecond * (waited - served) / (perSecond - spare);
  }

  /** The part of arrivals that must wait. */
  static double erlangC(double offered, int servers) {
    double blocked = 1;
    for (int i = 1; i <= servers; i++) {
      blocked = offered * blocked / (i + offered * blocked);
    }
    double free = 1 - offered / servers * (1 - blocked);
    return blocked / free;
  }
}
