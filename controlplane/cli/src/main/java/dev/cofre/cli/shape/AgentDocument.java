package dev.cofre.cli.shape;

import static dev.cofre.cli.shape.Shapes.anyText;
import static dev.cofre.cli.shape.Shapes.items;
import static dev.cofre.cli.shape.Shapes.oneOf;
import static dev.cofre.cli.shape.Shapes.optional;
import static dev.cofre.cli.shape.Shapes.printable;
import static dev.cofre.cli.shape.Shapes.required;
import static dev.cofre.cli.shape.Shapes.text;

import dev.cofre.documents.shape.Shape.Count;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Flag;
import dev.cofre.documents.shape.Shape.Items;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.Text;
import dev.cofre.documents.shape.Shape.Whole;
import dev.cofre.documents.shape.ShapeCheck;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The document that says which files an agent keeps, and from what. Immutable.
 *
 * @param places where its fields stand, by their paths
 */
public record AgentDocument(JsonObject json, Map<String, Place> places) {
  /** The most sources, and the most files. */
  public static final int ITEMS_MAX = 50;

  private static final int TEXT_CHARACTERS_MAX = 65_536;
  private static final int DAY_SECONDS = 86_400;

  private static final Text SOURCE =
      text(
          "[a-z][a-z0-9_-]{0,63}", 64, "1 to 64 of a-z, 0-9, '_' and '-', beginning with a letter");
  private static final Text FOLDER =
      text(
          "(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}){1,8}",
          512,
          "an absolute path of up to 8 names of letters, digits and ._-, none of which begins"
              + " with '.'");
  private static final Text ACCOUNT =
      text(
          "[A-Za-z_][A-Za-z0-9_.-]{0,63}",
          64,
          "a name of 1 to 64 letters, digits and _.-, beginning with a letter or '_'");
  private static final Text DNS_NAME =
      text("[A-Za-z0-9.-]{1,253}", 253, "a DNS name of letters, digits, '.' and '-'");
  private static final Text URI =
      text("spiffe://[!-~]{1,246}", 255, "a SPIFFE id of visible ASCII characters");
  private static final Text IP = text("[0-9a-fA-F.:]{2,45}", 45, "an IPv4 or IPv6 address");
  private static final Text VALUE =
      text("[a-z][a-z0-9_-]{0,63}\\.[A-Za-z0-9_.-]{1,128}", 193, "SOURCE.FIELD, as db.password");
  private static final Whole TTL = new Whole(60, 30L * DAY_SECONDS);

  private static final Fields LEASE =
      new Fields(
          List.of(
              required("engine", Shapes.NAME, "The engine."),
              required("role", Shapes.NAME, "Its role."),
              optional(
                  "ttlSeconds", TTL, "How long a credential lives; absent: as the role says.")),
          List.of());
  private static final Fields CERTIFICATE =
      new Fields(
          List.of(
              required("authority", Shapes.NAME, "The authority."),
              required("role", Shapes.NAME, "Its role."),
              optional("dnsNames", items(DNS_NAME, 1, 100), "DNS names."),
              optional("uris", items(URI, 1, 1), "SPIFFE ids."),
              optional("ipAddresses", items(IP, 1, 100), "IP addresses."),
              optional("keyType", oneOf("ec-p256", "ec-p384"), "Of the key that the agent makes."),
              optional("ttlSeconds", TTL, "How long one lives; absent: as the role says.")),
          List.of(new Rule(Count.AT_LEAST_ONE, List.of("dnsNames", "uris", "ipAddresses"))));
  private static final Fields SOURCE_ITEM =
      new Fields(
          List.of(
              required("name", SOURCE, "What files call it."),
              optional("secret", Shapes.NAME, "A static secret."),
              optional("trim", new Flag(), "Without the line end that the value ends with."),
              optional("lease", LEASE, "A credential that the vault makes."),
              optional("certificate", CERTIFICATE, "A certificate with a key of the agent's.")),
          List.of(new Rule(Count.EXACTLY_ONE, List.of("secret", "lease", "certificate"))));
  private static final Fields ON_CHANGE =
      new Fields(
          List.of(
              optional(
                  "command",
                  new Items(printable(1_024), 1, 50, false),
                  "A program and its arguments; no shell reads them."),
              optional("timeoutSeconds", new Whole(1, 600), "How long it may take."),
              optional("signal", oneOf("HUP", "INT", "TERM", "USR1", "USR2"), "A signal."),
              optional("pidFile", printable(512), "The file with the process's number.")),
          List.of(
              new Rule(Count.EXACTLY_ONE, List.of("command", "signal")),
              new Rule(Count.ALL_OR_NONE, List.of("signal", "pidFile"))));
  private static final Fields FILE_ITEM =
      new Fields(
          List.of(
              required("path", SecretMapDocument.FILE, "Within the folder."),
              optional("value", VALUE, "One field as it is."),
              optional("text", anyText(TEXT_CHARACTERS_MAX), "A template."),
              optional("template", printable(1_024), "The file with the template."),
              optional(
                  "format",
                  oneOf("json", "yaml", "properties", "shell", "text"),
                  "What the template becomes."),
              optional("mode", oneOf("0400", "0600", "0440", "0640"), "The file's mode."),
              optional("owner", ACCOUNT, "The file's owner."),
              optional("group", ACCOUNT, "The file's group."),
              optional("onChange", ON_CHANGE, "What is done when the file has changed.")),
          List.of(new Rule(Count.EXACTLY_ONE, List.of("value", "text", "template"))));
  private static final List<Field> FIELDS =
      List.of(
          required("folder", FOLDER, "Where the files stand."),
          optional("folderMode", oneOf("0700", "0710", "0711", "0750"), "The folders' mode."),
          optional("folderGroup", ACCOUNT, "The folders' group."),
          optional("allowDisk", new Flag(), "Take a folder that is not in memory; no cache then."),
          optional("intervalSeconds", new Whole(1, DAY_SECONDS), "How often secrets are read."),
          optional("resolve", new Flag(), "Fill templates with the values that they refer to."),
          optional(
              "cacheSeconds",
              new Whole(0, 30L * DAY_SECONDS),
              "How old a secret may be that is taken over after a restart."),
          optional("settleSeconds", new Whole(0, 60), "What more changes are waited for."),
          optional("onChangeSeconds", new Whole(1, 3_600), "The least time between two actions."),
          optional("onStop", oneOf("remove", "keep"), "What becomes of the files at the end."),
          optional("revokeOnStop", new Flag(), "Whether leases are revoked at the end."),
          required("sources", items(SOURCE_ITEM, 1, ITEMS_MAX), "Where values come from."),
          required("files", items(FILE_ITEM, 1, ITEMS_MAX), "The files."));
  private static final Fields SHAPE = new Fields(FIELDS, List.of());

  /** Takes a copy of {@code places}. */
  public AgentDocument {
    places = Map.copyOf(places);
  }

  /** Reads {@code value}; empty when anything is wrong, which {@code errors} tells then. */
  public static Optional<AgentDocument> read(YamlValue value, FileErrors errors) {
    int before = errors.count();
    ShapeCheck check = new ShapeCheck(errors);
    JsonObject json = (JsonObject) check.check("", value, SHAPE);
    return errors.count() == before
        ? Optional.of(new AgentDocument(json, check.places()))
        : Optional.empty();
  }

  /** Where {@code field} stands, or the nearest that it is in. */
  public Place placeOf(String field) {
    String path = field;
    while (!path.isEmpty() && !places.containsKey(path)) {
      int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
      path = end < 0 ? "" : path.substring(0, end);
    }
    return places.get(path);
  }
}
