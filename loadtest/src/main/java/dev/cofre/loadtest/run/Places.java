package dev.cofre.loadtest.run;

import dev.cofre.client.Endpoint;
import dev.cofre.loadtest.observe.EventRunner;
import dev.cofre.loadtest.observe.Fault;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.traffic.Trust;
import dev.cofre.loadtest.workload.Caller;
import dev.cofre.loadtest.workload.Event;
import dev.cofre.loadtest.workload.Target;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Finds the planes and tokens: by option, else the workload file, else the environment, else what
 * {@code ./cofre dev} has made on this machine.
 *
 * @param url of {@code --target}, or null
 * @param tokenFile of {@code --token-file}, or null
 * @param caFile of {@code --ca-file}, or null
 * @param eventsTokenFile of {@code --events-token-file}, or null
 */
public record Places(
    Map<String, String> environment,
    String url,
    Path tokenFile,
    Path caFile,
    Path eventsTokenFile) {
  private static final int PORT_BASE = 8440;

  /** Where the target of {@code workload} is, and who asks there. */
  public Site site(Workload workload) {
    Target target = workload.target();
    boolean foreign = target.protocol().equals("http");
    URI at = uri(first(url, target.url(), variable("COFRE_DATA_URL"), local(0)));
    Path trusted = first(caFile, target.caFile(), path(variable("COFRE_CA_FILE")));
    Path token = first(tokenFile, target.tokenFile());
    for (Caller caller : workload.callers()) {
      readable(caller.tokenFile(), "another callers.tokenFile");
      token = token == null ? caller.tokenFile() : token;
    }
    if (token == null && !foreign) {
      token = first(path(variable("COFRE_TOKEN_FILE")), home().resolve("dev").resolve("app.token"));
    }
    if (token != null) {
      readable(token, "--token-file, or COFRE_TOKEN_FILE");
      loopbackOrTls(at);
    }
    Site site = new Site(at, frames(target, at), token, trusted, target.framesTls());
    if (site.http().isUnresolved() || site.frames().isUnresolved()) {
      throw new UsageException("no such host: " + at.getHost());
    }
    boolean frames = target.protocol().equals("frames");
    if (frames && !site.framesTls() && !site.frames().getAddress().isLoopbackAddress()) {
      throw new UsageException(
          "target.frames: a token goes to another machine over TLS alone (framesTls: true)");
    }
    return site;
  }

  private static InetSocketAddress frames(Target target, URI at) {
    if (target.frames() == null) {
      int port = at.getPort() < 0 ? PORT_BASE : at.getPort();
      return new InetSocketAddress(
          at.getHost().replaceAll("[\\[\\]]", ""), port + Site.FRAMES_OFFSET);
    }
    int colon = target.frames().lastIndexOf(':');
    int port = Integer.parseInt(target.frames().substring(colon + 1));
    if (port > 65_535) {
      throw new UsageException("target.frames: " + port + " is no port");
    }
    return new InetSocketAddress(target.frames().substring(0, colon), port);
  }

  /** Who does the events of {@code workload}; null when none is about a key. */
  public EventRunner.Authority authority(Workload workload) throws IOException {
    if (workload.events().stream().noneMatch(event -> event.kind().isOfKey())) {
      return null;
    }
    URI control = uri(first(variable("COFRE_CONTROL_URL"), local(1)));
    loopbackOrTls(control);
    Path token = first(eventsTokenFile, home().resolve("dev").resolve("crypto-officer.token"));
    readable(token, "--events-token-file");
    Path trusted = first(caFile, path(variable("COFRE_CA_FILE")));
    return new EventRunner.Authority(
        control, Files.readString(token).strip(), Trust.context(trusted));
  }

  /**
   * The home of {@code ./cofre dev}, at whose data plane {@code workload} slows the HSM.
   *
   * @throws UsageException when it does and that node's HSM cannot be slowed
   */
  public Path home(Workload workload) {
    if (workload.events().stream().anyMatch(event -> event.kind() == Event.Kind.HSM_SLOW)) {
      try {
        Fault.requireSlowable(home());
      } catch (IOException e) {
        throw new UsageException(e.getMessage());
      }
    }
    return home();
  }

  /** A token must not cross a network in the clear. */
  private static void loopbackOrTls(URI at) {
    try {
      Endpoint.at(at);
    } catch (IllegalArgumentException e) {
      throw new UsageException(at + ": " + e.getMessage());
    }
  }

  private static URI uri(String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new UsageException(text + ": must be like http://host:port or https://host:port");
  }

  private String local(int offset) {
    String base = variable("COFRE_PORT_BASE");
    if (base != null && (!base.matches("\\d{1,5}") || Integer.parseInt(base) > 65_530)) {
      throw new UsageException("COFRE_PORT_BASE must be a port number up to 65530, not " + base);
    }
    return "http://127.0.0.1:" + ((base == null ? PORT_BASE : Integer.parseInt(base)) + offset);
  }

  private Path home() {
    return Path.of(environment.getOrDefault("COFRE_HOME", ".cofre"));
  }

  private String variable(String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  private static Path path(String text) {
    return text == null ? null : Path.of(text);
  }

  private static void readable(Path file, String option) {
    if (!Files.isReadable(file)) {
      throw new UsageException(
          "cannot read the token file "
              + file
              + ": give "
              + option
              + " (./cofre dev makes one for this machine)");
    }
  }

  @SafeVarargs
  private static <T> T first(T... values) {
    for (T value : values) {
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
