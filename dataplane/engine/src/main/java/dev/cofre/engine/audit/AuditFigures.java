package dev.cofre.engine.audit;

/**
 * What an audit log tells of itself. Immutable.
 *
 * @param records events taken since it was opened
 * @param bytesUsed of the budget, by records, the older segments whole
 * @param bytesFree of the budget
 * @param refused appends that were refused since it was opened
 * @param losses how often a file was found deleted or cut while it was written
 * @param unauthenticated requests of unauthenticated callers counted since it was opened
 * @param diskBytesFree on the disk that it is on, a second ago at most
 * @param lacksNext whether there is no further file to write to when the present one is full,
 *     because the budget is used up or the disk is full
 */
public record AuditFigures(
    long records,
    long bytesUsed,
    long bytesFree,
    long refused,
    long losses,
    long unauthenticated,
    long diskBytesFree,
    boolean lacksNext) {
  /** Of a log that keeps no account. */
  public static final AuditFigures NONE = new AuditFigures(0, 0, 0, 0, 0, 0, 0, false);
}
