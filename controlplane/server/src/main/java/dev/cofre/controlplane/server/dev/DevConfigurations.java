package dev.cofre.controlplane.server.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The planes' configuration files of a development home, written anew at each start. */
final class DevConfigurations {
  static final long DRAIN_MS = 10_000;

  /** Short files: two of each kind stand allocated for each plane. */
  private static final int AUDIT_SEGMENT_BYTES = 4 << 20;

  /** The longest path that the system takes for a socket; in a deeper home there is none. */
  private static final int SOCKET_PATH_BYTES_MAX = 107;

  private DevConfigurations() {}

  static void write(DevHome home) throws IOException {
    write(home.configuration(PlaneChild.CONTROL_PLANE), controlPlane(home));
    write(home.configuration(PlaneChild.DATA_PLANE), dataPlane(home));
  }

  private static void write(Path file, List<String> lines) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.write(partial, lines);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<String> both(DevHome home, String plane, int port) {
    return List.of(
        "# Written by ./cofre dev at each start; changes here are lost.",
        "plane = " + plane,
        "node.name = dev-" + plane,
        "http.host = 127.0.0.1",
        "http.port = " + port,
        "dev.plaintext = true",
        "hsm.library = " + DevToken.LIBRARY,
        "hsm.tokenLabel = " + DevToken.LABEL,
        "hsm.pinFile = " + home.pin(),
        "audit.directory = " + home.audit().resolve(plane),
        "audit.segmentBytes = " + AUDIT_SEGMENT_BYTES,
        "snapshot.publicKeyFile = " + home.dev().resolve("snapshot-signing.pem"),
        "drainMs = " + DRAIN_MS);
  }

  private static List<String> controlPlane(DevHome home) {
    List<String> lines = new ArrayList<>(both(home, PlaneChild.CONTROL_PLANE, home.controlPort()));
    lines.add("store.url = jdbc:h2:file:" + home.database());
    lines.add("bootstrap.directory = " + home.dev());
    lines.add("bootstrap.demo = true");
    lines.add("alerts.directory = " + home.alerts());
    lines.add("vault.targets = localhost,127.0.0.1");
    return lines;
  }

  private static List<String> dataPlane(DevHome home) {
    List<String> lines = new ArrayList<>(both(home, PlaneChild.DATA_PLANE, home.dataPort()));
    lines.add("frames.port = " + home.framePort());
    if (home.frameSocket().toString().getBytes(StandardCharsets.UTF_8).length
        <= SOCKET_PATH_BYTES_MAX) {
      lines.add("frames.socket = " + home.frameSocket());
    }
    lines.add("control.url = http://127.0.0.1:" + home.controlPort());
    lines.add("control.tokenFile = " + home.token("node"));
    lines.add("snapshot.maxAgeMs = 300000");
    lines.add("audit.contextIndex = tenant");
    // Who develops waits for the start, not for the first megabyte.
    lines.add("rehearsalMs = 2000");
    lines.add("state.directory = " + home.state());
    return lines;
  }
}
