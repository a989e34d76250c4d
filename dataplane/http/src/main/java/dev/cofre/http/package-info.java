/**
 * What the HTTP faces of both planes share: listener options, strict framing, problems.
 *
 * <p>A module of its own, so that the engine knows no Vert.x and neither plane's server the other.
 */
package dev.cofre.http;
