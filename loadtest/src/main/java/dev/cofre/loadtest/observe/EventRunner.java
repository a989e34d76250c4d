package dev.cofre.loadtest.observe;

import dev.cofre.loadtest.workload.Event;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/** Does the events of a workload at their times, one after the other. Thread-safe. */
public final class EventRunner {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long EXEC_SECONDS_MAX = 120;

  private final List<Event> events;
  private final Authority authority;
  private final Path home;
  private final Consumer<String> say;
  private final List<Happened> happened = new ArrayList<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("events").unstarted(this::run);
  private volatile long startNs;
  private volatile boolean stopping;

  /** What lasts for a while and goes on now; null: nothing does. */
  private volatile Fault lasting;

  /**
   * Who does what.
   *
   * @param control the control plane
   * @param token of a crypto-officer; must not be shown
   */
  public record Authority(URI control, String token, SSLContext context) {
    @Override
    public String toString() {
      return "Authority[" + control + "]";
    }
  }

  /**
   * For {@code events}.
   *
   * @param authority null when no event is about a key
   * @param home of the planes on this machine whose HSM is slowed
   * @param say is told of each event
   */
  public EventRunner(List<Event> events, Authority authority, Path home, Consumer<String> say) {
    this.events = events.stream().sorted(Comparator.comparingDouble(Event::atSeconds)).toList();
    this.authority = authority;
    this.home = home;
    this.say = say;
  }

  /** Begins; {@code runStartNs} is the start of the measured part. */
  public void start(long runStartNs) {
    startNs = runStartNs;
    thread.start();
  }

  private void run() {
    for (Event event : events) {
      long atNs = startNs + (long) (event.atSeconds() * 1e9);
      while (!stopping && System.nanoTime() < atNs) {
        LockSupport.parkNanos(atNs - System.nanoTime());
      }
      if (stopping) {
        return;
      }
      double at = (System.nanoTime() - startNs) / 1e9;
      String failure = attempt(event);
      double took = (System.nanoTime() - startNs) / 1e9 - at;
      synchronized (happened) {
        happened.add(new Happened(at, took, event.name(), failure));
      }
      say.accept(
          "event at %.1f s: %s%s"
              .formatted(at, event.name(), failure == null ? "" : " FAILED: " + failure));
    }
  }

  private String attempt(Event event) {
    try {
      return switch (event.kind()) {
        case EXEC -> exec(event.argv());
        case HSM_SLOW -> slowHsm(event);
        default -> change(event);
      };
    } catch (IOException e) {
      return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static String exec(List<String> argv) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(argv)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(EXEC_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroy();
      return "did not end within " + EXEC_SECONDS_MAX + " s";
    }
    return process.exitValue() == 0 ? null : "exit code " + process.exitValue();
  }

  private String slowHsm(Event event) throws IOException, InterruptedException {
    Duration time = Duration.ofNanos((long) (event.seconds() * 1e9));
    Fault fault = Fault.hsmSlow(home, Duration.ofNanos((long) (event.byMs() * 1e6)), time);
    lasting = fault;
    if (stopping) {
      fault.end();
    }
    fault.last(time);
    lasting = null;
    return null;
  }

  private String change(Event event) throws IOException, InterruptedException {
    String verb = event.kind().name().toLowerCase(java.util.Locale.ROOT);
    HttpRequest request =
        HttpRequest.newBuilder(authority.control().resolve("/v1/keys/" + event.key() + "/" + verb))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + authority.token())
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(TIMEOUT).sslContext(authority.context()).build()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() < 300
          ? null
          : "HTTP " + answer.statusCode() + " " + answer.body().strip();
    }
  }

  /** What was done so far. */
  public List<Happened> happened() {
    synchronized (happened) {
      return List.copyOf(happened);
    }
  }

  /** Leaves out what has not begun, undoes what lasts, and waits for what else has begun. */
  public void finish() throws InterruptedException {
    stopping = true;
    Fault fault = lasting;
    if (fault != null) {
      fault.end();
    }
    LockSupport.unpark(thread);
    thread.join();
  }
}
