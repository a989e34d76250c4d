package dev.cofre.cli.shape;

import static dev.cofre.cli.shape.Shapes.items;
import static dev.cofre.cli.shape.Shapes.optional;
import static dev.cofre.cli.shape.Shapes.required;
import static dev.cofre.cli.shape.Shapes.text;

import dev.cofre.documents.shape.Shape.Count;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Flag;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.Text;
import dev.cofre.documents.shape.ShapeCheck;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The document that says which secrets a command is given, and how. Immutable.
 *
 * @param places where its fields stand, by their paths
 */
public record SecretMapDocument(JsonObject json, Map<String, Place> places) {
  private static final int SECRETS_MAX = 100;

  private static final Text VARIABLE =
      text(
          "(?!COFRE_)[A-Za-z_][A-Za-z0-9_]{0,127}",
          128,
          "a variable's name: letters, digits and '_', at most 128, not beginning with COFRE_");
  static final Text FILE =
      text(
          "[A-Za-z0-9][A-Za-z0-9._-]{0,63}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,3}",
          255,
          "a path within the folder of secrets: up to 4 names of letters, digits and ._-,"
              + " each beginning with a letter or digit");
  private static final Text GROUP =
      text("[a-z0-9][a-z0-9._-]{0,62}", 63, "the name of a group of secrets");
  private static final Fields ITEM =
      new Fields(
          List.of(
              required("name", Shapes.NAME, "The secret's name."),
              optional("env", VARIABLE, "The variable that holds its value."),
              optional("file", FILE, "The file that holds its value."),
              optional("fileEnv", VARIABLE, "The variable that holds the path of that file."),
              optional("trim", new Flag(), "Without the line end that the value ends with.")),
          List.of(new Rule(Count.AT_LEAST_ONE, List.of("env", "file"))));
  private static final Fields SHAPE =
      new Fields(
          List.of(
              optional("secrets", items(ITEM, 1, SECRETS_MAX), "What is given."),
              optional(
                  "group",
                  GROUP,
                  "A group of secrets: each is given as a file that is named as it."),
              optional(
                  "resolve", new Flag(), "Fill templates with the values that they refer to.")),
          List.of(new Rule(Count.AT_LEAST_ONE, List.of("secrets", "group"))));

  /** Takes a copy of {@code places}. */
  public SecretMapDocument {
    places = Map.copyOf(places);
  }

  /** Reads {@code value}; empty when anything is wrong, which {@code errors} tells then. */
  public static Optional<SecretMapDocument> read(YamlValue value, FileErrors errors) {
    int before = errors.count();
    ShapeCheck check = new ShapeCheck(errors);
    JsonObject json = (JsonObject) check.check("", value, SHAPE);
    return errors.count() == before
        ? Optional.of(new SecretMapDocument(json, new HashMap<>(check.places())))
        : Optional.empty();
  }
}
