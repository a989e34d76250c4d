/** Tests of the template. */
package dev.cofre.report;
