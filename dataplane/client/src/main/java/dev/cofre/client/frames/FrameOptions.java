package dev.cofre.client.frames;

import dev.cofre.client.TokenSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Which nodes a client uses, who it is, whom it trusts, and its limits. Immutable; each {@code
 * with…} returns a changed copy. Files are looked at again every 5 seconds, so that certificates
 * and tokens may be renewed under a running client.
 */
public final class FrameOptions {
  private final List<NodeAddress> nodes;
  private final TokenSource token;
  private final Path trust;
  private final Path certificate;
  private final Path privateKey;
  private final FrameLimits limits;
  private final FrameMetrics metrics;

  private FrameOptions(
      List<NodeAddress> nodes,
      TokenSource token,
      Path trust,
      Path certificate,
      Path privateKey,
      FrameLimits limits,
      FrameMetrics metrics) {
    this.nodes = nodes;
    this.token = token;
    this.trust = trust;
    this.certificate = certificate;
    this.privateKey = privateKey;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * The nodes at {@code addresses}, each {@code tls://host:port}, {@code unix:/path}, or {@code
   * tcp://127.0.0.1:port} on this machine.
   *
   * @throws IllegalArgumentException when an address is not like that, or none or more than 1,024
   *     are given
   */
  public static FrameOptions of(TokenSource token, String... addresses) {
    if (addresses.length == 0 || addresses.length > 1_024) {
      throw new IllegalArgumentException("a client has 1 to 1024 nodes");
    }
    List<NodeAddress> nodes = List.of(addresses).stream().map(NodeAddress::parse).toList();
    return new FrameOptions(
        nodes,
        Objects.requireNonNull(token),
        null,
        null,
        null,
        FrameLimits.DEFAULT,
        FrameMetrics.NONE);
  }

  /** Trusts the certificates in the PEM file {@code caFile} instead of the JDK's. */
  public FrameOptions withTrust(Path caFile) {
    return new FrameOptions(nodes, token, caFile, certificate, privateKey, limits, metrics);
  }

  /** Shows the certificate chain and private key of these PEM files to the nodes. */
  public FrameOptions withClientCertificate(Path certificateFile, Path privateKeyFile) {
    return new FrameOptions(
        nodes,
        token,
        trust,
        Objects.requireNonNull(certificateFile),
        Objects.requireNonNull(privateKeyFile),
        limits,
        metrics);
  }

  /** Keeps {@code newLimits}. */
  public FrameOptions withLimits(FrameLimits newLimits) {
    return new FrameOptions(nodes, token, trust, certificate, privateKey, newLimits, metrics);
  }

  /** Tells {@code newMetrics} what happens. */
  public FrameOptions withMetrics(FrameMetrics newMetrics) {
    return new FrameOptions(nodes, token, trust, certificate, privateKey, limits, newMetrics);
  }

  List<NodeAddress> nodes() {
    return nodes;
  }

  TokenSource token() {
    return token;
  }

  Path trust() {
    return trust;
  }

  Path certificate() {
    return certificate;
  }

  Path privateKey() {
    return privateKey;
  }

  /** The limits. */
  public FrameLimits limits() {
    return limits;
  }

  FrameMetrics metrics() {
    return metrics;
  }

  /** Names the nodes alone. */
  @Override
  public String toString() {
    return "FrameOptions" + nodes;
  }
}
