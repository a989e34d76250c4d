package dev.cofre.cli;

import picocli.CommandLine.Option;

/** Which audit events a command asks the control plane for. */
final class AuditFilter {
  static final String PATH = "/v1/audit/events";

  @Option(names = "--key", paramLabel = "KEY", description = "Of this key: its id or alias.")
  private String key;

  @Option(names = "--principal", paramLabel = "ID", description = "By this principal.")
  private String principal;

  @Option(names = "--tenant", paramLabel = "NAME", description = "By principals of this tenant.")
  private String tenant;

  @Option(names = "--address", paramLabel = "ADDRESS", description = "From this address.")
  private String address;

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      description = "Of this action: encrypt, key:create and so on.")
  private String action;

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      description = "With this outcome: allowed, denied or failed.")
  private String outcome;

  /** As a part of a query; empty when nothing is filtered. */
  String query() {
    return new Named()
        .with("key", key)
        .with("principal", principal)
        .with("tenant", tenant)
        .with("address", address)
        .with("action", action)
        .with("outcome", outcome)
        .query();
  }

  /** Whose principals' events are asked for; null: everybody's. */
  String tenant() {
    return tenant;
  }

  /** Whether it asks for {@code other}, by name. */
  boolean isAbout(String other) {
    return other.equals(action);
  }
}
