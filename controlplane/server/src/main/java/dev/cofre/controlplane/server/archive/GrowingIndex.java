package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Field;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The index of the segment that is written, in memory; bounded as the segment is. Thread-safe: one
 * writes, others search.
 */
final class GrowingIndex implements SegmentIndex {
  /** Those that have one value. */
  private static final List<Field> FIELDS =
      Arrays.stream(Field.values()).filter(field -> field != Field.CONTEXT).toList();

  private final Map<Long, Places> terms = new HashMap<>();
  private final DigestPlaces digests = new DigestPlaces();
  private final Places all = new Places();
  private final RecordFields fields = new RecordFields();
  private Zone zone = Zone.EMPTY;

  /** A list that grows; what was taken from it stays as it was. */
  private static final class Places {
    private int[] places = new int[4];
    private int count;

    void add(int place) {
      if (count == places.length) {
        places = Arrays.copyOf(places, count * 2);
      }
      places[count++] = place;
    }

    IntBuffer view() {
      return IntBuffer.wrap(places, 0, count).slice();
    }
  }

  /**
   * Adds the whole records that {@code records} holds; they begin at {@code offset} of the segment.
   */
  synchronized void add(ByteBuffer records, int from, int to, int offset) {
    for (int at = from; at < to; ) {
      int length = records.getInt(at);
      if (!AuditRecordDecoder.isVoid(records, at)) {
        add(records, at, (offset + at - from) / AuditRecordFormat.ALIGNMENT);
      }
      at += AuditRecordFormat.aligned(length);
    }
  }

  private void add(ByteBuffer records, int at, int place) {
    try {
      fields.read(records, at);
    } catch (IndexOutOfBoundsException e) {
      // Whoever has the node's key can sign a record that is none; it is kept, and not found.
      return;
    }
    zone = zone.with(RecordFields.timeNs(records, at));
    all.add(place);
    for (Field field : FIELDS) {
      if (fields.has(field)) {
        terms.computeIfAbsent(fields.hash(records, field), hash -> new Places()).add(place);
      }
    }
    for (int i = 0; i < fields.digestCount(); i++) {
      digests.add(fields.digestHash(records, i), place);
    }
  }

  @Override
  public synchronized IntBuffer find(long hash) {
    Places places = terms.get(hash);
    return places == null ? digests.find(hash) : places.view();
  }

  @Override
  public synchronized IntBuffer all() {
    return all.view();
  }

  @Override
  public synchronized Zone zone() {
    return zone;
  }

  /** The hashes of all values, in the order of an index file. */
  synchronized long[] hashes() {
    return LongStream.concat(terms.keySet().stream().mapToLong(Long::longValue), digests.hashes())
        .map(hash -> hash ^ Long.MIN_VALUE)
        .sorted()
        .distinct()
        .map(hash -> hash ^ Long.MIN_VALUE)
        .toArray();
  }
}
