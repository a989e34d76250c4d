package dev.cofre.controlplane.server.dev;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * {@code ./cofre dev}: makes the home, starts both planes as processes of their own, says when both
 * are ready, and stops both in order.
 */
public final class DevMain {
  private static final System.Logger LOG = System.getLogger(DevMain.class.getName());
  private static final String CONTROL_MAIN = "dev.cofre.controlplane.server.ControlPlaneMain";

  /** The launcher names another one for load tests: a node whose HSM can be slowed. */
  private static final String DATA_MAIN =
      System.getProperty("cofre.dataplane.main", "dev.cofre.dataplane.server.DataPlaneMain");

  private final DevHome home;

  /** In the order of their start; the last one is stopped first. */
  private final Deque<PlaneChild> children = new ArrayDeque<>();

  private volatile DevLock lock;
  private volatile boolean stopping;

  private DevMain(DevHome home) {
    this.home = home;
  }

  /** Runs until stopped; ends the process. */
  public static void main(String[] args) {
    if (args.length > 0) {
      boolean help = args[0].equals("--help") || args[0].equals("-h");
      (help ? System.out : System.err).print(help());
      System.exit(help ? 0 : 2);
    }
    System.exit(run());
  }

  private static int run() {
    try {
      Path root = Path.of(System.getProperty("cofre.root", ".")).toAbsolutePath();
      DevMain dev = new DevMain(DevHome.of(System.getenv(), root));
      Runtime.getRuntime().addShutdownHook(new Thread(dev::shutdown, "shutdown"));
      return dev.supervise();
    } catch (DevException | IOException e) {
      System.err.println("cofre dev: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static String help() {
    return """
        usage: ./cofre dev

        Runs both planes on this machine in the foreground, on plain HTTP and loopback only: for
        development, never for real secrets. Everything is made on the first start.

        COFRE_HOME       all state (default: .cofre in the project's root)
        COFRE_PORT_BASE  the data plane's port, the control plane's is the next (default: 8440)
        COFRE_DATAPLANE_JVM_OPTS, COFRE_CONTROLPLANE_JVM_OPTS
                         options of the planes' JVMs, in place of -Xmx256m and so on

        Exit code: 0 after SIGTERM or Ctrl-C, 1 when a plane could not start or both have ended.
        """;
  }

  private int supervise() throws IOException, InterruptedException {
    home.makeDirectories();
    lock = DevLock.take(home);
    DevLock.awaitOrphans(home);
    JavaCommand self = new JavaCommand(System.getProperty("java.class.path"), List.of("-Xmx64m"));
    if (!Files.isDirectory(home.tokens())) {
      progress("making a SoftHSM2 token in " + home.hsm());
    }
    DevToken.ensure(home, self);
    DevConfigurations.write(home);
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
      start(http, PlaneChild.CONTROL_PLANE, home.controlPort(), controlJava(), CONTROL_MAIN);
      start(http, PlaneChild.DATA_PLANE, home.dataPort(), dataJava(), DATA_MAIN);
    } catch (DevException | IOException e) {
      stopChildren();
      throw e;
    }
    Welcome.print(home);
    return watch();
  }

  private static JavaCommand controlJava() {
    return JavaCommand.of(
        System.getProperty("cofre.controlplane.classpath", System.getProperty("java.class.path")),
        "COFRE_CONTROLPLANE_JVM_OPTS",
        // It starts in half the processor time with these, and has no hot path.
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
  }

  private static JavaCommand dataJava() {
    return JavaCommand.of(
        System.getProperty("cofre.dataplane.classpath", System.getProperty("java.class.path")),
        "COFRE_DATAPLANE_JVM_OPTS",
        List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m"));
  }

  private void start(HttpClient http, String plane, int port, JavaCommand java, String main)
      throws IOException, InterruptedException {
    progress("starting the " + plane);
    PlaneChild child;
    synchronized (children) {
      if (stopping) {
        throw new DevException("stopped before it was ready");
      }
      child = PlaneChild.start(home, plane, port, java, main);
      children.addLast(child);
    }
    child.awaitReady(http);
  }

  private static void progress(String what) {
    System.err.println("cofre dev: " + what);
  }

  /** Waits until no plane runs any more; says which one ended. */
  private int watch() throws InterruptedException {
    List<Thread> watchers;
    synchronized (children) {
      watchers =
          children.stream().map(child -> Thread.ofVirtual().start(() -> watch(child))).toList();
    }
    for (Thread watcher : watchers) {
      watcher.join();
    }
    if (!stopping) {
      System.err.println("cofre dev: both planes have ended");
    }
    return 1;
  }

  private void watch(PlaneChild child) {
    try {
      int code = child.process().waitFor();
      if (!stopping) {
        child.forgetPid();
        System.err.println(
            "cofre dev: the "
                + child.plane()
                + " has ended with exit code "
                + code
                + "; the other plane goes on; log: "
                + child.log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs as the JVM's shutdown hook; a stop that was asked for ends with 0. */
  private void shutdown() {
    boolean asked;
    synchronized (children) {
      asked = children.stream().anyMatch(child -> child.process().isAlive());
    }
    try {
      stopChildren();
      if (lock != null) {
        lock.release();
      }
    } catch (InterruptedException | IOException e) {
      LOG.log(Level.DEBUG, "the stop was not clean", e);
    }
    System.out.flush();
    System.err.flush();
    if (asked) {
      Runtime.getRuntime().halt(0);
    }
  }

  private void stopChildren() throws InterruptedException {
    stopping = true;
    synchronized (children) {
      while (!children.isEmpty()) {
        children.removeLast().stop();
      }
    }
  }
}
