package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code data-class}: the rules that keys of a data class follow, as a security administrator. */
@Command(name = "data-class", description = "Lists, shows and changes the rules of data classes.")
final class DataClassCommand {
  private static final String PATH = "/v1/data-classes";
  private static final String CLASS = "public, internal, confidential or restricted.";

  private final CallAs admin;

  DataClassCommand(Terminal terminal) {
    this.admin = new CallAs(terminal, PolicyCommand.ROLE);
  }

  @Command(description = "Lists the data classes with their rules.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.print(output, plane, HttpMethod.GET, PATH, null);
  }

  @Command(description = "Shows the rules of a data class.")
  int show(
      @Parameters(paramLabel = "CLASS", description = CLASS) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(description = "Changes the rules that are named; the others stay.")
  int update(
      @Parameters(paramLabel = "CLASS", description = CLASS) String name,
      @Mixin Changes changes,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return admin.print(output, plane, HttpMethod.PATCH, path(name), changes.document());
  }

  private static String path(String name) {
    return PATH + "/" + ControlPlane.escaped(name);
  }

  /** The rules to be changed. */
  static final class Changes {
    @Option(names = "--rotation-days", description = "Replace a key's version after so many days.")
    private Integer rotationDays;

    @Option(names = "--lifetime-days-max", description = "How many days ahead a key may expire.")
    private Integer lifetimeDaysMax;

    @Option(
        names = "--protections",
        split = ",",
        paramLabel = "P",
        description = "Where KEKs may live: HSM, SOFTWARE, or both with a comma.")
    private List<String> protections;

    @Option(
        names = "--export-permitted",
        arity = "1",
        description = "Whether keys may be made exportable and secrets exported: true or false.")
    private Boolean exportPermitted;

    @Option(names = "--data-key-seconds-max", description = "How long a data key encrypts.")
    private Long secondsMax;

    @Option(names = "--data-key-messages-max", description = "How many requests it encrypts.")
    private Long messagesMax;

    @Option(names = "--data-key-bytes-max", description = "How many plaintext bytes it encrypts.")
    private Long bytesMax;

    @Option(
        names = "--version-messages-max",
        description = "How many messages one version of a key encrypts, over all nodes.")
    private Long versionMessagesMax;

    @Option(
        names = "--version-bytes-max",
        description = "How many plaintext bytes one version of a key encrypts.")
    private Long versionBytesMax;

    @Option(
        names = "--version-data-keys-max",
        description = "How many data keys one version of a key wraps: 4294967296 at most.")
    private Long versionDataKeysMax;

    @Option(
        names = "--destruction-wait-days",
        description = "How long a destruction waits that names no time: 7 to 30 days.")
    private Integer destructionWaitDays;

    @Option(names = "--warn-days", description = "Tell the owner so many days ahead of an expiry.")
    private Integer warnDays;

    @Option(names = "--unused-days", description = "A key without use for so long is an orphan.")
    private Integer unusedDays;

    private JsonObject document() {
      JsonObject document = new JsonObject();
      put(document, "rotationDays", rotationDays);
      put(document, "lifetimeDaysMax", lifetimeDaysMax);
      put(document, "protections", protections == null ? null : new JsonArray(protections));
      put(document, "exportPermitted", exportPermitted);
      put(document, "destructionWaitDays", destructionWaitDays);
      put(document, "warnDays", warnDays);
      put(document, "unusedDays", unusedDays);
      JsonObject dataKeys = new JsonObject();
      put(dataKeys, "secondsMax", secondsMax);
      put(dataKeys, "messagesMax", messagesMax);
      put(dataKeys, "bytesMax", bytesMax);
      put(document, "dataKeys", dataKeys.isEmpty() ? null : dataKeys);
      JsonObject versions = new JsonObject();
      put(versions, "messagesMax", versionMessagesMax);
      put(versions, "bytesMax", versionBytesMax);
      put(versions, "dataKeysMax", versionDataKeysMax);
      put(document, "versions", versions.isEmpty() ? null : versions);
      if (document.isEmpty()) {
        throw new CliException(
            ExitCodes.USAGE, "name at least one rule to be changed (see data-class update --help)");
      }
      return document;
    }

    private static void put(JsonObject document, String field, Object value) {
      if (value != null) {
        document.put(field, value);
      }
    }
  }
}
