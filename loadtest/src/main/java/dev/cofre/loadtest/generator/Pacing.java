package dev.cofre.loadtest.generator;

/** When each request is to be sent, whatever happened to those before it. Immutable. */
public interface Pacing {
  /** What {@link #dueNs} says of a request that may leave whenever a connection is free. */
  long ANY_TIME = -1;

  /** Nanoseconds from the start to the intended send of request {@code number}, ascending. */
  long dueNs(long number);

  /** Requests for each second over the whole run; 0 when the answers set the rate. */
  double ratePerSecond();

  /** What {@link #dueNs} says behind the last request. */
  long NEVER = Long.MAX_VALUE / 4;

  /** The rate at the start, by which a warm-up is made; 0 when the answers set the rate. */
  default double firstRatePerSecond() {
    return ratePerSecond();
  }

  /** The same interval between all requests. */
  static Pacing constant(double ratePerSecond) {
    if (!(ratePerSecond > 0)) {
      throw new IllegalArgumentException("a rate is above 0");
    }
    double intervalNs = 1e9 / ratePerSecond;
    return new Pacing() {
      @Override
      public long dueNs(long number) {
        return (long) (number * intervalNs);
      }

      @Override
      public double ratePerSecond() {
        return ratePerSecond;
      }
    };
  }

  /**
   * A closed loop: each connection sends when it has its answer. It finds a server's capacity, and
   * its percentiles hide every stall: never use them as latency.
   */
  static Pacing closed() {
    return new Pacing() {
      @Override
      public long dueNs(long number) {
        return ANY_TIME;
      }

      @Override
      public double ratePerSecond() {
        return 0;
      }
    };
  }
}
