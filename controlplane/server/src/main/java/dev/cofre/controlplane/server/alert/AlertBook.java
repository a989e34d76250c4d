package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.Alert;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The newest alerts, and how far each is on its way by each channel. Thread-safe. */
final class AlertBook {
  /** How many alerts are kept. */
  static final int ALERTS_MAX = 1_000;

  private static final String DELIVERIES = "deliveries";

  /** By their ids, the oldest first. */
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();

  private final List<Alert> evicted = new ArrayList<>();

  private boolean isChanged;

  /** An alert with its deliveries by channel. */
  private record Entry(Alert alert, Map<String, Delivery> deliveries) {
    boolean isPending() {
      return deliveries.values().stream().anyMatch(one -> one.state() == Delivery.State.PENDING);
    }

    JsonObject toJson() {
      JsonObject ways = new JsonObject();
      deliveries.forEach((channel, delivery) -> ways.put(channel, delivery.toJson()));
      return alert.toJson().put(DELIVERIES, ways);
    }
  }

  /**
   * Takes an alert, to go by {@code deliveries}.
   *
   * @return false when it is here already
   */
  synchronized boolean add(Alert alert, Map<String, Delivery> deliveries) {
    if (entries.containsKey(alert.id())) {
      return false;
    }
    entries.put(alert.id(), new Entry(alert, new TreeMap<>(deliveries)));
    if (entries.size() > ALERTS_MAX) {
      evict();
    }
    isChanged = true;
    return true;
  }

  /** The oldest that waits nowhere goes; when each waits, the oldest of the least severe. */
  private void evict() {
    Entry least = null;
    for (Entry entry : entries.values()) {
      if (!entry.isPending()) {
        entries.remove(entry.alert().id());
        return;
      }
      if (least == null || entry.alert().severity().compareTo(least.alert().severity()) < 0) {
        least = entry;
      }
    }
    entries.remove(least.alert().id());
    evicted.add(least.alert());
  }

  /** What was not sent everywhere and had to go, since it was asked last. */
  synchronized List<Alert> takeEvicted() {
    List<Alert> taken = List.copyOf(evicted);
    evicted.clear();
    return taken;
  }

  /**
   * Notes how far alert {@code id} is.
   *
   * @return false when it is not here any more
   */
  synchronized boolean note(String id, String channel, Delivery delivery) {
    Entry entry = entries.get(id);
    if (entry != null) {
      entry.deliveries().put(channel, delivery);
      isChanged = true;
    }
    return entry != null;
  }

  /** What is not sent yet by {@code channel}, the oldest first. */
  synchronized List<Alert> pending(String channel) {
    List<Alert> pending = new ArrayList<>();
    for (Entry entry : entries.values()) {
      Delivery delivery = entry.deliveries().get(channel);
      if (delivery != null && delivery.state() == Delivery.State.PENDING) {
        pending.add(entry.alert());
      }
    }
    return pending;
  }

  /** The newest first, as callers get them. */
  synchronized List<JsonObject> newest(int limit) {
    return new ArrayList<>(entries.values())
        .reversed().stream().limit(limit).map(Entry::toJson).toList();
  }

  /** Whether anything changed since it was asked last. */
  synchronized boolean takeChanged() {
    boolean was = isChanged;
    isChanged = false;
    return was;
  }

  synchronized JsonArray save() {
    JsonArray saved = new JsonArray();
    entries.values().forEach(entry -> saved.add(entry.toJson()));
    return saved;
  }

  /** Remembers what was saved: all of it, or nothing when it cannot be read. */
  synchronized void restore(JsonArray saved) {
    Map<String, Entry> restored = new LinkedHashMap<>();
    for (Object item : saved) {
      JsonObject json = (JsonObject) item;
      Map<String, Delivery> deliveries = new TreeMap<>();
      JsonObject ways = json.getJsonObject(DELIVERIES);
      for (String channel : ways.fieldNames()) {
        deliveries.put(channel, Delivery.fromJson(ways.getJsonObject(channel)));
      }
      Alert alert = Alert.fromJson(json);
      restored.put(alert.id(), new Entry(alert, deliveries));
    }
    entries.putAll(restored);
  }
}
