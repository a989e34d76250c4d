package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyDraftTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @Test
  void readsACompleteDocument() {
    KeyDraft draft = KeyDraft.read(complete(), "default", NOW);
    assertEquals(
        new KeyDraft(
            "orders",
            "default",
            Environment.PROD,
            DataClass.RESTRICTED,
            "team-a",
            "card numbers",
            KeyDraft.ENCRYPT_DECRYPT,
            Protection.HSM,
            Instant.parse("2027-01-01T00:00:00Z")),
        draft);
  }

  @Test
  void namesAllMissingFields() {
    assertEquals(
        Set.of("alias", "owner", "purpose", "dataClass", "environment", "expiresAt", "protection"),
        wrongFields(Map.of()));
  }

  @Test
  void namesWrongAndUnknownFieldsTogether() {
    Map<String, Object> document = complete();
    document.put("alias", "No Spaces");
    document.put("owner", 7);
    document.put("colour", "red");
    document.put("environment", "moon");
    assertEquals(Set.of("alias", "owner", "colour", "environment"), wrongFields(document));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", "A", "a b", "ü", "a/b", "3b241101-e2bb-4255-8caf-4136c566a962", "a\n"})
  void refusesAliases(String alias) {
    Map<String, Object> document = complete();
    document.put("alias", alias);
    assertEquals(Set.of("alias"), wrongFields(document));
  }

  @Test
  void limitsTheAlias() {
    Map<String, Object> document = complete();
    document.put("alias", "a".repeat(128));
    assertEquals(128, KeyDraft.read(document, "default", NOW).alias().length());
    document.put("alias", "a".repeat(129));
    assertEquals(Set.of("alias"), wrongFields(document));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-06-01T00:00:00Z",
    "2025-01-01T00:00:00Z",
    "2027-01-01T00:00:00+01:00",
    "tomorrow",
    "2027-01-01",
    "+99999-01-01T00:00:00Z"
  })
  void refusesExpiry(String expiresAt) {
    Map<String, Object> document = complete();
    document.put("expiresAt", expiresAt);
    assertEquals(Set.of("expiresAt"), wrongFields(document));
  }

  @Test
  void refusesTextThatCannotBeStored() {
    for (String text : List.of("", " ", "a\u0000b", "line\nbreak", "\ud800", "x".repeat(257))) {
      Map<String, Object> document = complete();
      document.put("purpose", text);
      assertEquals(Set.of("purpose"), wrongFields(document), text);
    }
    Map<String, Object> document = complete();
    document.put("purpose", "😀".repeat(256));
    KeyDraft.read(document, "default", NOW);
  }

  static Map<String, Object> complete() {
    return new HashMap<>(
        Map.of(
            "alias", "orders",
            "owner", "team-a",
            "purpose", "card numbers",
            "dataClass", "restricted",
            "environment", "prod",
            "expiresAt", "2027-01-01T00:00:00Z",
            "protection", "HSM"));
  }

  private static Set<String> wrongFields(Map<String, ?> document) {
    return assertThrows(
            InvalidDocumentException.class, () -> KeyDraft.read(document, "default", NOW))
        .errors()
        .stream()
        .map(FieldError::field)
        .collect(Collectors.toSet());
  }
}
