package dev.cofre.loadtest.observe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * Asks for the target's {@code /metrics} each second. A target without ours is asked once only.
 *
 * <p>Thread-safe.
 */
public final class MetricsSampler {
  private static final long INTERVAL_NS = 1_000_000_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int SAMPLES_MAX = 4_000;

  private final HttpClient client;
  private final HttpRequest request;
  private final List<MetricsSample> samples = new ArrayList<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("metrics").unstarted(this::run);
  private volatile long startNs;
  private volatile boolean stopping;

  /** For the target at {@code url}; {@code authorization} may be null. */
  public MetricsSampler(URI url, SSLContext context, String authorization) {
    this.client = HttpClient.newBuilder().connectTimeout(TIMEOUT).sslContext(context).build();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(url.resolve("/metrics")).timeout(TIMEOUT).GET();
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    this.request = builder.build();
  }

  /** Begins to ask; {@code runStartNs} is the start of the measured part. */
  public void start(long runStartNs) {
    startNs = runStartNs;
    thread.start();
  }

  private void run() {
    long nextNs = System.nanoTime();
    while (!stopping && take()) {
      nextNs += INTERVAL_NS;
      while (!stopping && System.nanoTime() < nextNs) {
        LockSupport.parkNanos(nextNs - System.nanoTime());
      }
    }
    if (stopping) {
      take();
    }
  }

  /** False when there is no use in asking again. */
  private boolean take() {
    double at = (System.nanoTime() - startNs) / 1e9;
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        MetricsSample sample = MetricsSample.parse(at, answer.body());
        synchronized (samples) {
          if (!sample.values().isEmpty() && samples.size() < SAMPLES_MAX) {
            samples.add(sample);
          }
        }
      }
    } catch (IOException e) {
      // A target that is away for a moment is what some runs are about: the gap is seen in the
      // plot.
      System.getLogger("load").log(System.Logger.Level.DEBUG, "no metrics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    synchronized (samples) {
      return !samples.isEmpty() && samples.size() < SAMPLES_MAX;
    }
  }

  /** What was seen so far. */
  public List<MetricsSample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  /** Asks once more and ends. */
  public void finish() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    client.close();
  }
}
