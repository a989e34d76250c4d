package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** May this principal do this with this key? With the facts that conditions look at. */
final class QuestionOptions {
  @Option(names = "--principal", paramLabel = "P", description = "Who.")
  private String principal;

  @Option(
      names = "--action",
      paramLabel = "A",
      description = "encrypt, decrypt, data-key:generate, data-key:unwrap or reencrypt.")
  private String action;

  @Option(names = "--key", paramLabel = "KEY", description = "Alias or id.")
  private String key;

  @Option(
      names = "--from-environment",
      paramLabel = "E",
      description = "Of the source, for reencrypt.")
  private String fromEnvironment;

  @Option(names = "--source-address", paramLabel = "IP", description = "The caller's address.")
  private String sourceAddress;

  @Option(names = "--time", paramLabel = "TIME", description = "When, in UTC (default now).")
  private String time;

  @Option(
      names = "--authentication",
      paramLabel = "HOW",
      description = "token, jwt or mtls (default token).")
  private String authentication;

  @Mixin private ContextOption context = new ContextOption();

  /** Whether anything of a question was given. */
  boolean isGiven() {
    return principal != null || action != null || key != null;
  }

  JsonObject document() {
    if (principal == null || action == null || key == null) {
      throw new CliException(
          ExitCodes.USAGE, "a question needs --principal, --action and --key; try --help");
    }
    JsonObject question =
        new JsonObject().put("principal", principal).put("action", action).put("key", key);
    put(question, "fromEnvironment", fromEnvironment);
    put(question, "sourceAddress", sourceAddress);
    put(question, "time", time);
    put(question, "authentication", authentication);
    Map<String, String> pairs = context.pairs();
    if (!pairs.isEmpty()) {
      JsonObject json = new JsonObject();
      pairs.forEach(json::put);
      question.put("context", json);
    }
    return question;
  }

  private static void put(JsonObject json, String field, String value) {
    if (value != null) {
      json.put(field, value);
    }
  }
}
