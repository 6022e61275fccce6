/** Whether labels match a selector, as Kubernetes defines it. */
import type { Fields } from "./fields.ts";

/**
 * Matches labels with a selector (apimachinery `LabelSelectorAsSelector`).
 *
 * @param selector - `matchLabels` and `matchExpressions`; an empty one matches everything
 * @returns false also for a selector that Kubernetes would refuse
 */
export function matchesSelector(selector: Fields, labels: ReadonlyMap<string, string>): boolean {
  return (
    hasLabels(labels, selector.textMap("matchLabels")) &&
    selector.objects("matchExpressions").every((expression) => matchesExpression(expression, labels))
  );
}

/** Whether all wanted labels are there with these values. */
export function hasLabels(labels: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([key, value]) => labels.get(key) === value);
}

function matchesExpression(expression: Fields, labels: ReadonlyMap<string, string>): boolean {
  const label = labels.get(expression.text("key"));
  const values = expression.texts("values");
  switch (expression.text("operator")) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return values.length > 0 && (label === undefined || !values.includes(label));
    case "Exists":
      return label !== undefined && values.length === 0;
    case "DoesNotExist":
      return label === undefined && values.length === 0;
    default:
      return false;
  }
}
