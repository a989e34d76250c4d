package dev.cofre.cli.shape;

import static dev.cofre.cli.shape.Shapes.items;
import static dev.cofre.cli.shape.Shapes.optional;
import static dev.cofre.cli.shape.Shapes.required;

import dev.cofre.documents.shape.Shape.Count;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.True;
import dev.cofre.documents.shape.ShapeCheck;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The document that names and describes secrets that are imported. Immutable.
 *
 * @param places where its fields stand, by their paths
 */
public record ImportMapDocument(JsonObject json, Map<String, Place> places) {
  private static final int SECRETS_MAX = 10_000;
  private static final int FROM_MAX = 512;
  private static final int ROTATION_DAYS_MAX = 3_650;

  private static final Fields ROTATION =
      new Fields(
          List.of(
              optional(
                  "days", Shapes.days(ROTATION_DAYS_MAX), "After how many days it is renewed."),
              optional("none", Shapes.printable(256), "Why it is not renewed.")),
          List.of(new Rule(Count.EXACTLY_ONE, List.of("days", "none"))));

  private static final List<Field> SAID =
      List.of(
          optional("environment", Shapes.ENVIRONMENT, "Whose vault key protects it."),
          optional("dataClass", Shapes.DATA_CLASS, "Its data class."),
          optional("owner", Shapes.MEMBER, "Who writes it."),
          optional("description", Shapes.printable(1_024), "What it opens."),
          optional("expiresAt", Shapes.TIME, "From when on it is not read."),
          optional("rotation", ROTATION, "How it is renewed, or why not."));

  private static final Fields ITEM =
      new Fields(
          with(
              List.of(
                  required("from", Shapes.anyText(FROM_MAX), "What the source calls it."),
                  optional("name", Shapes.NAME, "What Cofre calls it."),
                  optional("skip", new True(), "Leave it out."))),
          List.of());

  private static final Fields SHAPE =
      new Fields(
          List.of(
              optional("defaults", new Fields(SAID, List.of()), "What holds for those without."),
              optional("secrets", items(ITEM, 0, SECRETS_MAX), "What holds for one.")),
          List.of());

  /** Takes a copy of {@code places}. */
  public ImportMapDocument {
    places = Map.copyOf(places);
  }

  private static List<Field> with(List<Field> own) {
    List<Field> all = new ArrayList<>(own);
    all.addAll(SAID);
    return all;
  }

  /** Reads {@code value}; empty when anything is wrong, which {@code errors} tells then. */
  public static Optional<ImportMapDocument> read(YamlValue value, FileErrors errors) {
    int before = errors.count();
    ShapeCheck check = new ShapeCheck(errors);
    JsonObject json = (JsonObject) check.check("", value, SHAPE);
    return errors.count() == before
        ? Optional.of(new ImportMapDocument(json, new HashMap<>(check.places())))
        : Optional.empty();
  }
}
