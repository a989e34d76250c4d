package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataClassRulesTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private final DataClassRules restricted = DataClassRules.shipped(NOW, "bootstrap").getLast();

  @Test
  void everyClassIsShippedAndGetsStricter() {
    List<DataClassRules> shipped = DataClassRules.shipped(NOW, "bootstrap");
    assertEquals(
        Arrays.asList(DataClass.values()),
        shipped.stream().map(DataClassRules::dataClass).toList());
    for (int i = 1; i < shipped.size(); i++) {
      DataClassRules before = shipped.get(i - 1);
      DataClassRules rules = shipped.get(i);
      assertTrue(rules.rotationDays() < before.rotationDays());
      assertTrue(rules.lifetimeDaysMax() <= before.lifetimeDaysMax());
      assertTrue(rules.dataKeys().messagesMax() <= before.dataKeys().messagesMax());
      assertTrue(rules.versions().messagesMax() <= before.versions().messagesMax());
      assertTrue(rules.versions().bytesMax() <= before.versions().bytesMax());
      assertEquals(1L << 32, rules.versions().dataKeysMax(), "NIST SP 800-38D, 8.3");
    }
    assertEquals(Set.of(Protection.HSM), restricted.protections());
    assertTrue(shipped.stream().noneMatch(DataClassRules::exportPermitted));
  }

  @Test
  void changesWhatIsNamedAndNothingElse() {
    DataClassRules changed =
        restricted.changed(
            Map.of(
                "rotationDays",
                30,
                "protections",
                List.of("HSM", "SOFTWARE"),
                "dataKeys",
                Map.of("secondsMax", 10)),
            NOW.plusSeconds(1),
            "admin");
    assertEquals(30, changed.rotationDays());
    assertEquals(10, changed.dataKeys().secondsMax());
    assertEquals(restricted.dataKeys().bytesMax(), changed.dataKeys().bytesMax());
    assertEquals(Set.of(Protection.values()), changed.protections());
    assertEquals(restricted.lifetimeDaysMax(), changed.lifetimeDaysMax());
    assertEquals(2, changed.stamp().revision());
  }

  @Test
  void namesAllThatIsWrong() {
    InvalidDocumentException refused =
        assertThrows(
            InvalidDocumentException.class,
            () ->
                restricted.changed(
                    Map.of(
                        "rotationDays",
                        0,
                        "destructionWaitDays",
                        6,
                        "protections",
                        List.of("PAPER"),
                        "dataKeys",
                        Map.of("secondsMax", 301, "colour", 1),
                        "versions",
                        Map.of("dataKeysMax", (1L << 32) + 1, "daysMax", 1),
                        "exportPermitted",
                        "yes",
                        "name",
                        "x"),
                    NOW,
                    "admin"));
    assertEquals(
        Set.of(
            "rotationDays",
            "destructionWaitDays",
            "protections",
            "dataKeys.secondsMax",
            "dataKeys.colour",
            "versions.dataKeysMax",
            "versions.daysMax",
            "exportPermitted",
            "name"),
        Set.copyOf(refused.errors().stream().map(FieldError::field).toList()));
  }

  @Test
  void aWaitingPeriodIsAtLeastAWeekAndAtMostAMonth() {
    assertEquals(9, DestructionWait.read(Map.of(), 9).toDays());
    assertEquals(30, DestructionWait.read(Map.of("days", 30), 9).toDays());
    for (Object days : List.of(6, 31, -1, "7", 7.5)) {
      assertThrows(
          InvalidDocumentException.class, () -> DestructionWait.read(Map.of("days", days), 9));
    }
  }
}
