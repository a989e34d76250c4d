package dev.cofre.controlplane.server.sink;

import java.io.IOException;

/** Sends events as syslog messages over TLS. One thread, but for {@link #abort()}. */
final class SyslogTarget implements SinkTarget {
  private final SyslogSender sender;

  SyslogTarget(SyslogSettings settings, int timeoutMs) {
    this.sender = new SyslogSender(settings, timeoutMs);
  }

  @Override
  public void send(Batch batch) throws IOException {
    sender.send(batch.events().stream().map(SyslogTarget::frame).toList());
  }

  /** {@code LENGTH SP MESSAGE}. */
  static byte[] frame(SinkEvent event) {
    return SyslogSender.frame(
        event.severity(), event.node(), event.action(), event.time(), event.text());
  }

  @Override
  public void abort() {
    sender.abort();
  }

  @Override
  public void close() {
    sender.close();
  }
}
