package dev.cofre.client.credentials;

import dev.cofre.client.Endpoint;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The clock of providers under test, which a test moves ahead. Thread-safe. */
public final class MovableTimes {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private final AtomicLong aheadNs = new AtomicLong();

  /** Lets time pass. */
  public void advance(Duration by) {
    aheadNs.addAndGet(by.toNanos());
  }

  /** A provider by this clock. */
  public CredentialProvider start(Endpoint endpoint, CredentialSource source) {
    return CredentialProvider.start(endpoint, source, times());
  }

  Times times() {
    return new Times(() -> System.nanoTime() + aheadNs.get(), new Random(), POLL_NS);
  }
}
