package dev.cofre.documents.alert;

import dev.cofre.contract.audit.AuditEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What of an event rules select and group by. */
public enum EventField {
  /** Who; {@code unauthenticated} when nobody was. */
  PRINCIPAL {
    @Override
    String of(AuditEvent event) {
      return event.principal() == null ? "unauthenticated" : event.principal();
    }
  },
  /** From where. */
  ADDRESS {
    @Override
    String of(AuditEvent event) {
      return known(event.address());
    }
  },
  /** With what key. */
  KEY {
    @Override
    String of(AuditEvent event) {
      return known(event.key());
    }
  },
  /** Which node. */
  NODE {
    @Override
    String of(AuditEvent event) {
      return event.node();
    }
  },
  /** What. */
  ACTION {
    @Override
    String of(AuditEvent event) {
      return event.action();
    }
  },
  /** {@code allowed}, {@code denied} or {@code failed}. */
  OUTCOME {
    @Override
    String of(AuditEvent event) {
      return known(event.outcome());
    }
  },
  /** The error code. */
  CODE {
    @Override
    String of(AuditEvent event) {
      return known(event.code());
    }
  };

  /** The value in {@code event}; {@code -} when it has none. */
  abstract String of(AuditEvent event);

  private static String known(String value) {
    return value == null || value.isEmpty() ? "-" : value;
  }

  /** As it stands in rules. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static EventField parse(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(EventField::text).toList();
  }
}
