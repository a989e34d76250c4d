/**
 * The way of a request: {@link dev.cofre.engine.request.RequestPath}, to be read from top to
 * bottom.
 *
 * <p>authenticate → authorize → data key → AEAD → audit → answer.
 */
package dev.cofre.engine.request;
