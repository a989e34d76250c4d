/**
 * How threads share processors: event loops answer somebody who waits, all others give way to them.
 */
package dev.cofre.engine.processor;
