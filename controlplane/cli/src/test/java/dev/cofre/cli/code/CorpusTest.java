package dev.cofre.cli.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.cofre.cli.shape.Document;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import dev.cofre.documents.yaml.YamlValue.Sequence;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files with what is expected of them in their first lines: {@code # expect LINE: FIELD: MESSAGE}
 * for all that must be found, and whether the schema refuses them too. So parser and schema stay in
 * agreement, also about what a schema cannot say.
 */
class CorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/dev/cofre/cli");
  private static final Path PUBLISHED = Path.of("../../docs/schema/keys-as-code.v1.json");
  private static final String EXPECT = "# expect ";
  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(VersionFlag.V202012)
          .getSchema(
              dev.cofre.cli.shape.JsonSchema.write().encode(),
              SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());

  static List<Path> malformed() throws IOException {
    return files("malformed");
  }

  static List<Path> wellformed() throws IOException {
    return files("wellformed");
  }

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve(folder))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void everythingWrongIsToldWithItsLineAndField(Path file) throws IOException {
    List<String> expected = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(EXPECT)) {
        expected.add(file + ":" + line.substring(EXPECT.length()));
      }
    }
    assertFalse(expected.isEmpty());
    InvalidFilesException refused =
        assertThrows(InvalidFilesException.class, () -> SourceFiles.read(List.of(file)));
    List<String> told = new ArrayList<>(refused.lines());
    for (String line : expected) {
      assertTrue(
          told.removeIf(one -> one.startsWith(line)), () -> line + "\nof " + refused.lines());
    }
    assertEquals(List.of(), told, "what nobody expected");
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void theSchemaRefusesWhatItCanSay(Path file) throws IOException {
    String text = Files.readString(file);
    FileErrors errors = new FileErrors();
    List<YamlValue> documents = YamlReader.read(file.toString(), Files.readAllBytes(file), errors);
    if (documents.isEmpty()) {
      return;
    }
    Set<String> wrong = new TreeSet<>();
    documents.forEach(document -> wrong.addAll(validate(document)));
    assertEquals(text.contains("# schema refuses"), !wrong.isEmpty(), wrong::toString);
  }

  @ParameterizedTest
  @MethodSource("wellformed")
  void whatIsRightIsRightByBoth(Path file) throws IOException {
    List<Document> documents = SourceFiles.read(List.of(file));
    assertEquals(
        Set.of("DataClass", "Key", "Principal", "Group", "Policy", "Scope"),
        new TreeSet<>(documents.stream().map(document -> document.kind().wireName()).toList()));
    FileErrors errors = new FileErrors();
    for (YamlValue document : YamlReader.read(file.toString(), Files.readAllBytes(file), errors)) {
      assertEquals(Set.of(), validate(document));
    }
  }

  @Test
  void thePublishedSchemaIsThatOfTheProgram() throws IOException {
    String now = dev.cofre.cli.shape.JsonSchema.write().encodePrettily() + "\n";
    assertEquals(now, Files.readString(PUBLISHED), "write it anew: ./cofre schema > docs/schema/…");
    ObjectMapper mapper = new ObjectMapper();
    JsonSchema meta =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(
                com.networknt.schema.SchemaLocation.of(
                    "https://json-schema.org/draft/2020-12/schema"));
    assertEquals(Set.of(), meta.validate(mapper.readTree(now)), "is a schema");
  }

  private static Set<String> validate(YamlValue document) {
    Set<String> wrong = new TreeSet<>();
    Object json = json(document);
    String text = io.vertx.core.json.Json.encode(json);
    for (ValidationMessage message : SCHEMA.validate(text, InputFormat.JSON)) {
      wrong.add(message.getMessage());
    }
    return wrong;
  }

  private static Object json(YamlValue value) {
    return switch (value) {
      case Scalar scalar when scalar.value() instanceof Double -> 1.5;
      case Scalar scalar -> scalar.value();
      case Sequence sequence -> {
        JsonArray array = new JsonArray();
        sequence.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case Mapping mapping -> {
        JsonObject object = new JsonObject();
        mapping.entries().forEach(entry -> object.put(entry.name(), json(entry.value())));
        yield object;
      }
    };
  }
}
