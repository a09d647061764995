import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClasses } from "@/ui/parts/button";
import { EmptyState } from "@/ui/parts/empty-state";

export const NotFound = () => (
  <EmptyState
    icon={Compass}
    title="There is no such page"
    action={
      <Link to="/" className={buttonClasses("primary")}>
        To the start
      </Link>
    }
  >
    The address may be mistyped, or what stood here is gone.
  </EmptyState>
);
