package dev.cofre.cli.run;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A command that runs in this process's place: with its standard streams, its signals and its exit
 * code. Thread-safe.
 *
 * <p>Concurrency: the lock is held while one process is exchanged for another, so that its end is
 * not taken for the command's. Signals are passed on without it.
 */
public final class Command {
  /** A command that cannot be found; as shells say it. */
  public static final int NOT_FOUND = 127;

  /** A command that cannot be run; as shells say it. */
  public static final int NOT_RUN = 126;

  /** Names of files with tokens, and what the launcher adds for itself. */
  private static final Set<String> WITHHELD =
      Set.of(
          "COFRE_TOKEN_FILE",
          "COFRE_HOME",
          "COFRE_DATAPLANE_JVM_OPTS",
          "COFRE_CONTROLPLANE_JVM_OPTS");

  /** ENOENT, as JDKs write it. */
  private static final Pattern NO_SUCH_FILE = Pattern.compile("error(=2,|: 2 )");

  private final List<String> line;
  private volatile Process process;
  private volatile UnixSignal asked;
  private boolean ended;

  /** The command of {@code line}, not started. */
  public Command(List<String> line) {
    this.line = List.copyOf(line);
  }

  /**
   * Starts it with {@code variables} beside the environment of this process, but for the variables
   * that name Cofre's tokens.
   *
   * @throws IOException when it cannot be run
   */
  public synchronized void start(Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    builder.environment().keySet().removeAll(WITHHELD);
    builder.environment().putAll(variables);
    process = builder.start();
    UnixSignal before = asked;
    if (before != null) {
      before.send(process.pid());
    }
  }

  /** The exit code that says why {@link #start} failed. */
  public static int exitCode(IOException failure) {
    return NO_SUCH_FILE.matcher(String.valueOf(failure.getMessage())).find() ? NOT_FOUND : NOT_RUN;
  }

  /** Passes the signals that this process gets on to it, from now on. */
  public void takeSignals() {
    for (UnixSignal signal : UnixSignal.values()) {
      // The JVM suspends its threads by USR2.
      if (signal != UnixSignal.USR2) {
        signal.take(() -> pass(signal));
      }
    }
  }

  private void pass(UnixSignal signal) {
    if (signal == UnixSignal.TERM || signal == UnixSignal.INT) {
      // Kept for the process that may be about to start.
      asked = signal;
    }
    if (signal != UnixSignal.INT || !UnixSignal.isAtTerminal()) {
      send(signal);
    }
  }

  /** Sends it {@code signal}. */
  public void send(UnixSignal signal) {
    Process now = process;
    if (now != null && now.isAlive()) {
      signal.send(now.pid());
    }
  }

  /**
   * Ends its process in order (SIGTERM, and SIGKILL after {@code patience}) and starts it again;
   * nothing when it has ended by itself, or was told to.
   *
   * @return whether it runs anew
   * @throws IOException when it cannot be run any more; its old process has ended
   */
  public synchronized boolean restart(Map<String, String> variables, Duration patience)
      throws IOException, InterruptedException {
    if (ended || asked != null || !process.isAlive()) {
      return false;
    }
    process.destroy();
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
    if (asked != null) {
      return false;
    }
    start(variables);
    return true;
  }

  /** Waits for its end: the exit code, 128 and the signal's number when a signal ended it. */
  public int await() throws InterruptedException {
    while (true) {
      Process now = process;
      int code = now.waitFor();
      synchronized (this) {
        if (process.equals(now)) {
          ended = true;
          return code;
        }
      }
    }
  }
}
