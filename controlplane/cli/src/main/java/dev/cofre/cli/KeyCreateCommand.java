package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code key create}: a new key with all that must be known of it. */
@Command(
    name = "create",
    description = "Makes a key. All options without a default are needed.",
    footer = {
      "",
      "Example:",
      "  cofre key create --alias orders --owner shop-team --purpose \"order data at rest\" \\",
      "    --data-class confidential --environment prod --expires-at 2030-01-01T00:00:00Z \\",
      "    --protection HSM"
    })
final class KeyCreateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--alias",
      required = true,
      description = "Name by which callers use the key: a-z, 0-9, '.', '_', '-'; at most 128.")
  private String alias;

  @Option(names = "--owner", required = true, description = "Team or person that answers for it.")
  private String owner;

  @Option(names = "--purpose", required = true, description = "What it is for, in words.")
  private String purpose;

  @Option(
      names = "--data-class",
      required = true,
      description = "public, internal, confidential or restricted.")
  private String dataClass;

  @Option(names = "--environment", required = true, description = "dev, staging or prod.")
  private String environment;

  @Option(
      names = "--expires-at",
      required = true,
      paramLabel = "TIME",
      converter = Rfc3339.class,
      description = "When it expires: RFC 3339, in the future, like 2030-01-01T00:00:00Z.")
  private Instant expiresAt;

  @Option(names = "--protection", required = true, description = "HSM or SOFTWARE.")
  private String protection;

  @Option(
      names = "--activates-at",
      paramLabel = "TIME",
      converter = Rfc3339.class,
      description = "Make it pre-active: in use from this time on.")
  private Instant activatesAt;

  @Option(names = "--pre-active", description = "Make it pre-active, until it is activated.")
  private boolean preActive;

  @Mixin private TagOption tags;

  @Option(names = "--usage", description = "What it does: encrypt-decrypt (the service's default).")
  private String usage;

  @Option(names = "--tenant", description = "Tenant (default: the service's, 'default').")
  private String tenant;

  @Option(
      names = "--exportable",
      description = "Make KEKs that may leave wrapped; the data class must permit it.")
  private boolean exportable;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  KeyCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonObject key =
        new JsonObject()
            .put("alias", alias)
            .put("owner", owner)
            .put("purpose", purpose)
            .put("dataClass", dataClass)
            .put("environment", environment)
            .put("expiresAt", expiresAt.toString())
            .put("protection", protection);
    if (activatesAt != null) {
      key.put("activatesAt", activatesAt.toString());
    }
    if (preActive) {
      key.put("preActive", true);
    }
    if (!tags.isEmpty()) {
      key.put("tags", tags.document());
    }
    if (usage != null) {
      key.put("usage", usage);
    }
    if (tenant != null) {
      key.put("tenant", tenant);
    }
    if (exportable) {
      key.put("exportable", true);
    }
    output.print(
        terminal,
        plane.call(
            terminal.environment(), KeyCommand.ROLE, calls -> calls.post(KeyCommand.PATH, key)));
    return ExitCodes.OK;
  }

  /** Reads RFC 3339 with any offset. */
  static final class Rfc3339 implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
      try {
        return OffsetDateTime.parse(value).toInstant();
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + value + "' is not an RFC 3339 time like 2030-01-01T00:00:00Z");
      }
    }
  }
}
