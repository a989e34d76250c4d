package dev.cofre.engine.process;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The main function of a plane: reads the configuration, starts, waits for SIGTERM, stops.
 *
 * <p>A start that fails prints one line that says what to do and exits with {@value #FAILED}; a
 * wrong command line or configuration exits with {@value #USAGE}. SIGTERM and SIGINT stop in order
 * and exit with 0.
 */
public final class PlaneProcess {
  /** Exit code of a start that failed. */
  public static final int FAILED = 1;

  /** Exit code of a wrong command line or configuration. */
  public static final int USAGE = 2;

  private static final System.Logger LOG = System.getLogger(PlaneProcess.class.getName());

  /** How long a stop waits for a start that is under way, in order to undo it in order. */
  private static final long START_WAIT_MS = 2_000;

  /** The setting that every plane's configuration file begins with. */
  public static final Setting PLANE =
      Setting.required(
          "plane",
          Setting.Kind.TEXT,
          "which plane this file configures: dataplane or controlplane");

  private final String plane;
  private final List<Setting> settings;
  private final Starter starter;

  /** What runs; null once it is sure that nothing will. */
  private final CompletableFuture<Running> started = new CompletableFuture<>();

  /** Names the plane, its settings (beside {@code plane}), and what starts it. */
  public PlaneProcess(String plane, List<Setting> settings, Starter starter) {
    this.plane = plane;
    this.settings = new ArrayList<>(List.of(PLANE));
    this.settings.addAll(settings);
    this.starter = starter;
  }

  /** Starts a plane; what it throws is told in one line. */
  @FunctionalInterface
  public interface Starter {
    /** Validates {@code configuration}, and unless {@code checkOnly} starts the plane. */
    Running start(Configuration configuration, boolean checkOnly) throws Exception;
  }

  /** A plane that runs. */
  @FunctionalInterface
  public interface Running {
    /** Refuses new work, finishes what is open within its drain time, closes. */
    void stop() throws Exception;
  }

  /** Runs until stopped; ends the process. */
  public void main(String[] args) {
    Logging.install();
    // Before the start: a listener answers a moment before its start is told here.
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "shutdown"));
    int code = start(args);
    if (code >= 0) {
      started.complete(null);
      System.exit(code);
    }
  }

  /** Starts; returns an exit code, or -1 when the plane runs. */
  private int start(String[] args) {
    Path file = null;
    boolean checkOnly = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--config" -> file = i + 1 < args.length ? Path.of(args[++i]) : null;
        case "--check" -> checkOnly = true;
        case "--help", "-h" -> {
          System.out.print(help());
          return 0;
        }
        default -> {
          return refuse(
              USAGE, "unknown argument " + args[i] + "; see ./cofre " + plane + " --help");
        }
      }
    }
    if (file == null) {
      return refuse(
          USAGE, "name the configuration with --config FILE; see ./cofre " + plane + " --help");
    }
    return start(file, checkOnly);
  }

  private int start(Path file, boolean checkOnly) {
    try {
      Configuration configuration = Configuration.read(file, settings);
      if (!configuration.text(PLANE).equals(plane)) {
        throw new ConfigException(
            file + " configures the " + configuration.text(PLANE) + ", not the " + plane);
      }
      Running running = starter.start(configuration, checkOnly);
      if (checkOnly) {
        System.out.println(file + ": the configuration of the " + plane + " is right");
        return 0;
      }
      started.complete(running);
      watchSupervisor();
      return -1;
    } catch (ConfigException e) {
      return refuse(USAGE, e.getMessage());
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "start failed", e);
      return refuse(FAILED, oneLine(e));
    }
  }

  private String oneLine(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return "the address is in use: "
            + cause.getMessage()
            + "; stop the other process or change http.port, or frames.port of a data plane (COFRE_PORT_BASE with ./cofre dev)";
      }
    }
    String message =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    return message.lines().findFirst().orElse("");
  }

  private int refuse(int code, String why) {
    System.err.println("cofre " + plane + ": " + why);
    return code;
  }

  private String help() {
    StringBuilder help = new StringBuilder();
    help.append("usage: ./cofre ").append(plane).append(" --config FILE [--check]\n\n");
    help.append("Runs the ")
        .append(plane)
        .append(" in the foreground; SIGTERM stops it. --check validates FILE and exits.\n\n");
    help.append("Settings (key = value, one a line):\n");
    for (Setting setting : settings) {
      help.append("  ").append(setting.key());
      help.append(
          setting.defaultValue() == null
              ? " (required)"
              : setting.defaultValue().isEmpty()
                  ? ""
                  : " (default " + setting.defaultValue() + ")");
      help.append("\n      ").append(setting.description()).append('\n');
    }
    return help.toString();
  }

  /**
   * Runs as the JVM's shutdown hook and ends the process with 0: a stop that was asked for is no
   * failure. A process that ends by itself keeps its exit code.
   */
  private void stop() {
    try {
      Running running = started.get(START_WAIT_MS, TimeUnit.MILLISECONDS);
      if (running == null) {
        return;
      }
      running.stop();
      System.out.flush();
      System.err.flush();
      Runtime.getRuntime().halt(0);
    } catch (TimeoutException e) {
      // Nothing was served yet, and what a start has begun is as a kill would leave it.
      Runtime.getRuntime().halt(refuse(0, "stopped while it was starting"));
    } catch (Exception e) {
      // Said without a logger: the JVM takes its handlers away in a hook beside this one.
      Runtime.getRuntime().halt(refuse(FAILED, "the stop was not clean: " + oneLine(e)));
    }
  }

  /**
   * A plane that was started by a supervisor ends with it: its standard input is then at its end.
   */
  private static void watchSupervisor() {
    if (System.getenv("COFRE_SUPERVISED") == null) {
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("supervisor-watch")
        .start(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "standard input failed", e);
              }
              System.exit(0);
            });
  }
}
