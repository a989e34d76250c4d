package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.nio.file.Path;

/**
 * What is loaded, as far as the file says it.
 *
 * @param protocol {@code http} as the file's operations say; {@code raw}, {@code json}, {@code
 *     frames} or {@code grpc} of Cofre
 * @param url null: where this machine's data plane listens
 * @param frames host and port of frames; null: two ports above the URL's
 * @param tokenFile null: the environment's, or that of {@code ./cofre dev}
 * @param caFile trusted certificates, PEM; null: the JVM's
 * @param inFlight open requests of a connection, for frames and grpc
 */
public record Target(
    String protocol,
    String url,
    String frames,
    Path tokenFile,
    Path caFile,
    boolean framesTls,
    int connections,
    int inFlight,
    long timeoutMs) {
  private static final int CONNECTIONS_MAX = 10_000;

  static Target read(Section section) {
    if (section == null) {
      return new Target("raw", null, null, null, null, false, 16, 1, 5_000);
    }
    String protocol = section.choice("protocol", "raw", "http", "raw", "json", "frames", "grpc");
    boolean many = protocol.equals("frames") || protocol.equals("grpc");
    String url = section.text("url", null);
    if (url != null && !url.matches("https?://[^/\\s]+/?")) {
      section.wrong("url", "must be like http://host:port or https://host:port");
    }
    String address = section.text("frames", null);
    if (address != null && !address.matches("\\S+:\\d{1,5}")) {
      section.wrong("frames", "must be host:port");
    }
    if (protocol.equals("http") && url == null) {
      section.wrong("url", "missing; protocol http needs the server's, like http://host:port");
    }
    return new Target(
        protocol,
        url,
        address,
        path(section.text("tokenFile", null)),
        path(section.text("caFile", null)),
        section.flag("framesTls", url != null && url.startsWith("https")),
        (int) section.whole("connections", many ? 4 : 16, 1, CONNECTIONS_MAX),
        many ? (int) section.whole("inFlight", 64, 1, 1_024) : 1,
        section.whole("timeoutMs", 5_000, 1, 600_000));
  }

  private static Path path(String text) {
    return text == null ? null : Path.of(text);
  }
}
