package dev.cofre.cli.run;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

  /** What names a file with a token. */
  private static final Pattern TOKEN_FILE = Pattern.compile("COFRE_(.*_)?TOKEN_FILE");

  /** Where tokens are, too, and what the launcher adds for itself. */
  private static final Set<String> WITHHELD =
      Set.of("COFRE_HOME", "COFRE_DATAPLANE_JVM_OPTS", "COFRE_CONTROLPLANE_JVM_OPTS");

  /** ENOENT, as JDKs write it. */
  private static final Pattern NO_SUCH_FILE = Pattern.compile("error(=2,|: 2 )");

  private final List<String> line;
  private volatile Process process;
  private volatile boolean restarting;

  /** That it was told to end: it is not restarted any more. */
  private final AtomicReference<UnixSignal> asked = new AtomicReference<>();

  private boolean ended;
  private boolean forbidden;

  /** Why a restart failed; 0: none did. */
  private int notRestarted;

  /** The command of {@code line}, not started. */
  public Command(List<String> line) {
    this.line = List.copyOf(line);
  }

  /**
   * Starts it with {@code variables} beside the environment of this process, but for the variables
   * that name Cofre's tokens.
   *
   * @throws IOException when it cannot be run, or may not after {@link #forbid()}
   */
  public synchronized void start(Map<String, String> variables) throws IOException {
    if (forbidden) {
      throw new IOException("this program ends");
    }
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    withhold(builder.environment());
    builder.environment().putAll(variables);
    process = builder.start();
    UnixSignal before = asked.get();
    if (before != null) {
      before.send(process.pid());
      // Who goes on after an interrupt is restarted as ever.
      asked.compareAndSet(UnixSignal.INT, null);
    }
  }

  /** Takes the variables out of {@code environment} that name Cofre's tokens. */
  public static void withhold(Map<String, String> environment) {
    environment.keySet().removeIf(Command::isWithheld);
  }

  /** Whether the command does not get the variable {@code name} of this process. */
  static boolean isWithheld(String name) {
    return WITHHELD.contains(name) || TOKEN_FILE.matcher(name).matches();
  }

  /** Has it not be started any more, and end in order if it was. */
  public void forbid() {
    synchronized (this) {
      forbidden = true;
    }
    send(UnixSignal.TERM);
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

  /** This process got {@code signal}. */
  void pass(UnixSignal signal) {
    // Kept for the process that may be about to start. Who runs and gets an interrupt may go on.
    if (signal == UnixSignal.TERM || (signal == UnixSignal.INT && !isRunning())) {
      asked.set(signal);
    }
    if (signal != UnixSignal.INT || !UnixSignal.isAtTerminal()) {
      send(signal);
    }
  }

  private boolean isRunning() {
    Process now = process;
    return now != null && now.isAlive() && !restarting;
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
   * @throws IOException when it cannot be run any more; its old process has ended, and {@link
   *     #await()} tells why
   */
  public synchronized boolean restart(Map<String, String> variables, Duration patience)
      throws IOException, InterruptedException {
    if (ended || asked.get() != null || !process.isAlive()) {
      return false;
    }
    restarting = true;
    try {
      process.destroy();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      if (asked.get() != null) {
        return false;
      }
      start(variables);
      return true;
    } catch (IOException e) {
      notRestarted = exitCode(e);
      throw e;
    } finally {
      restarting = false;
    }
  }

  /**
   * Waits for its end: the exit code, 128 and the signal's number when a signal ended it; {@link
   * #NOT_FOUND} or {@link #NOT_RUN} when a restart failed.
   */
  public int await() throws InterruptedException {
    while (true) {
      Process now = process;
      int code = now.waitFor();
      synchronized (this) {
        if (process.equals(now)) {
          ended = true;
          return notRestarted == 0 ? code : notRestarted;
        }
      }
    }
  }
}
