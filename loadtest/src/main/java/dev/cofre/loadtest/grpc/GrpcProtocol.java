package dev.cofre.loadtest.grpc;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** gRPC over HTTP/2, many calls at once on each connection. Immutable. */
public final class GrpcProtocol implements Protocol {
  private final Sequence<GrpcCall> calls;
  private final Supplier<SSLEngine> tls;
  private final String authority;
  private final boolean secure;
  private final int openMax;

  /**
   * Makes {@code calls}, the same call for the same number in every run.
   *
   * @param authority host and port as requests name them
   * @param secure whether {@code tls} makes the TLS of each connection, which must agree on {@code
   *     h2}; else it returns null
   * @param openMax how many calls are open at once on a connection, if the target lets it be
   */
  public GrpcProtocol(
      Sequence<GrpcCall> calls,
      String authority,
      boolean secure,
      Supplier<SSLEngine> tls,
      int openMax) {
    this.calls = calls;
    this.authority = authority;
    this.secure = secure;
    this.tls = tls;
    this.openMax = openMax;
  }

  @Override
  public String name() {
    return "grpc, http/2";
  }

  @Override
  public int openMax() {
    return openMax;
  }

  @Override
  public SSLEngine tls() {
    return tls.get();
  }

  @Override
  public Dialogue open() {
    return new GrpcDialogue(this, new RequestHeaders(authority, secure));
  }

  GrpcCall call(long number) {
    return calls.at(number);
  }
}
