package dev.cofre.controlplane.server.sink;

/** The settings of one kind of sink. Immutable. */
public sealed interface TargetSettings
    permits FileSettings, KafkaSettings, WebhookSettings, SyslogSettings {
  /**
   * What sends, connected to nothing yet.
   *
   * @param name of the sink
   * @param timeoutMs how long one attempt may take
   */
  SinkTarget open(String name, int timeoutMs);
}
