package dev.cofre.loadtest.command;

import dev.cofre.loadtest.observe.Fault;
import dev.cofre.loadtest.run.Interruption;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.workload.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does harm for a while to what runs on this machine, and undoes it. */
@Command(
    name = "event",
    mixinStandardHelpOptions = true,
    description = {
      "Does harm for a while to what ./cofre dev runs in COFRE_HOME, for the events of a workload (do: exec), then undoes it:",
      "  hsm-away          the token of SoftHSM is not there",
      "  hsm-slow          each call of the HSM takes --by-ms longer (./cofre dev --slowable-hsm)",
      "  controlplane-stop, dataplane-stop   the process stands still (SIGSTOP, SIGCONT)",
      "  disk-full         the file system of --directory is full; one that has more than --bytes-max free is left alone"
    },
    footer = {"", "Exit codes: 0 done and undone; 2 wrong usage, or it could not be done."})
final class EventCommand implements Callable<Integer> {
  private static final long GIB = 1L << 30;

  /** What is done. */
  enum Kind {
    HSM_AWAY,
    HSM_SLOW,
    CONTROLPLANE_STOP,
    DATAPLANE_STOP,
    DISK_FULL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Parameters(index = "0", paramLabel = "WHAT", description = "One of ${COMPLETION-CANDIDATES}.")
  Kind kind;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "For how long, 0.1 to 100 (default: 3).")
  double seconds = 3;

  @Option(
      names = "--by-ms",
      paramLabel = "N",
      description = "By how much hsm-slow slows each call, 0.1 to 10000.")
  double byMs;

  @Option(names = "--directory", paramLabel = "DIR", description = "Where disk-full writes.")
  Path directory;

  @Option(
      names = "--bytes-max",
      paramLabel = "N",
      description = "The most that disk-full writes (default: 1 GiB).")
  long bytesMax = GIB;

  @Override
  public Integer call() throws Exception {
    if (!(seconds >= 0.1 && seconds <= 100)) {
      throw new UsageException("--seconds must be from 0.1 to 100");
    }
    if ((kind == Kind.DISK_FULL) == (directory == null)) {
      throw new UsageException("--directory is for disk-full, which needs it");
    }
    boolean slows = byMs >= Event.BY_MS_MIN && byMs <= Event.BY_MS_MAX;
    if (kind == Kind.HSM_SLOW ? !slows : byMs != 0) {
      throw new UsageException("--by-ms is for hsm-slow, which needs it, from 0.1 to 10000");
    }
    Duration time = Duration.ofNanos((long) (seconds * 1e9));
    Path home = Path.of(System.getenv().getOrDefault("COFRE_HOME", ".cofre"));
    Fault fault =
        switch (kind) {
          case HSM_AWAY -> Fault.hsmAway(home);
          case HSM_SLOW -> Fault.hsmSlow(home, Duration.ofNanos((long) (byMs * 1e6)), time);
          case CONTROLPLANE_STOP -> Fault.stopped(home, "controlplane");
          case DATAPLANE_STOP -> Fault.stopped(home, "dataplane");
          case DISK_FULL -> Fault.diskFull(directory, bytesMax);
        };
    return Interruption.guard(
        fault::end,
        () -> {
          fault.last(time);
          return ExitCodes.HOLDS;
        });
  }
}
