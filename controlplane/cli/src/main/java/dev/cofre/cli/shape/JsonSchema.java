package dev.cofre.cli.shape;

import dev.cofre.documents.shape.Shape;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Items;
import dev.cofre.documents.shape.Shape.Named;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The documents' shapes as a JSON Schema (draft 2020-12), for editors. Stateless. What a schema
 * cannot say (lines that refer to other documents, times that are in order) the check says alone.
 */
public final class JsonSchema {
  private static final String DESCRIPTION = "description";

  private JsonSchema() {}

  /** The schema of one document of any kind. */
  public static JsonObject write() {
    JsonArray kinds = new JsonArray();
    JsonObject definitions = new JsonObject();
    JsonArray names = new JsonArray();
    for (DocumentKind kind : DocumentKind.values()) {
      String name = kind.wireName();
      names.add(name);
      definitions.put(name, schema(kind.shape()));
      kinds.add(
          new JsonObject()
              .put(
                  "if",
                  new JsonObject()
                      .put("properties", new JsonObject().put("kind", constant(name)))
                      .put("required", new JsonArray().add("kind")))
              .put("then", new JsonObject().put("$ref", "#/$defs/" + name)));
    }
    JsonObject any =
        new JsonObject()
            .put("apiVersion", constant(DocumentKind.API_VERSION))
            .put("kind", new JsonObject().put("enum", names));
    return new JsonObject()
        .put("$schema", "https://json-schema.org/draft/2020-12/schema")
        .put("$id", "urn:cofre:keys-as-code:v1")
        .put("title", "Cofre keys as code")
        .put(DESCRIPTION, "One YAML document of the files that cofre apply reads.")
        .put("type", "object")
        .put("required", new JsonArray().add("apiVersion").add("kind"))
        .put("properties", any)
        .put("allOf", kinds)
        .put("$defs", definitions);
  }

  private static JsonObject constant(String value) {
    return new JsonObject().put("const", value);
  }

  private static JsonObject schema(Shape shape) {
    return switch (shape) {
      case Text text ->
          type("string")
              .put("maxLength", text.charactersMax())
              .put("pattern", "^(?:" + text.pattern().pattern() + ")$");
      case Shape.OneOf oneOf when oneOf.values().size() == 1 -> constant(oneOf.values().getFirst());
      case Shape.OneOf oneOf -> new JsonObject().put("enum", new JsonArray(oneOf.values()));
      case Shape.Time time ->
          type("string")
              .put("format", "date-time")
              .put("pattern", "^" + Shape.Time.PATTERN.pattern() + "$");
      case Shape.Whole whole ->
          type("integer").put("minimum", whole.min()).put("maximum", whole.max());
      case Shape.Flag flag -> type("boolean");
      case Shape.True only -> new JsonObject().put("const", true);
      case Items items -> items(items);
      case Named named ->
          type("object")
              .put("maxProperties", named.max())
              .put(
                  "propertyNames",
                  new JsonObject().put("pattern", "^(?:" + named.name().pattern() + ")$"))
              .put("additionalProperties", schema(named.value()));
      case Fields fields -> fields(fields);
    };
  }

  private static JsonObject items(Items items) {
    JsonObject json =
        type("array")
            .put("minItems", items.min())
            .put("maxItems", items.max())
            .put("items", schema(items.item()));
    return items.item() instanceof Fields || !items.distinct()
        ? json
        : json.put("uniqueItems", true);
  }

  private static JsonObject fields(Fields fields) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    for (Field field : fields.fields()) {
      properties.put(field.name(), schema(field.shape()).put(DESCRIPTION, field.description()));
      if (field.required()) {
        required.add(field.name());
      }
    }
    JsonObject json =
        type("object").put("additionalProperties", false).put("properties", properties);
    if (!required.isEmpty()) {
      json.put("required", required);
    }
    JsonArray rules = new JsonArray();
    fields.rules().forEach(rule -> rules.add(rule(rule)));
    return rules.isEmpty() ? json : json.put("allOf", rules);
  }

  private static JsonObject rule(Rule rule) {
    if (rule.count() == Shape.Count.ALL_OR_NONE) {
      JsonObject dependent = new JsonObject();
      rule.fields()
          .forEach(
              name ->
                  dependent.put(
                      name,
                      new JsonArray(
                          rule.fields().stream().filter(other -> !other.equals(name)).toList())));
      return new JsonObject().put("dependentRequired", dependent);
    }
    JsonArray each = new JsonArray();
    for (String name : rule.fields()) {
      each.add(new JsonObject().put("required", new JsonArray(List.of(name))));
    }
    return new JsonObject().put(rule.count() == Shape.Count.EXACTLY_ONE ? "oneOf" : "anyOf", each);
  }

  private static JsonObject type(String type) {
    return new JsonObject().put("type", type);
  }
}
