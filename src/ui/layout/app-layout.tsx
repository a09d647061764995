import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { meQuery } from "@/ui/api/queries";
import { ErrorBoundary } from "@/ui/parts/error-boundary";
import { Loading } from "@/ui/parts/loading";
import { Notices } from "@/ui/parts/notices";
import { classes } from "@/ui/platform/class-names";
import { useIsWide } from "@/ui/platform/use-media";
import { useReturn } from "@/ui/sign-in/use-return";
import { isCommand, isWriting } from "./keys";
import { KeysDialog } from "./keys-dialog";
import { Sidebar } from "./sidebar";
import { SidebarContext } from "./sidebar-state";

const SignIn = lazy(() => import("@/ui/sign-in/sign-in").then(({ SignIn }) => ({ default: SignIn })));
const ResetPassword = lazy(() => import("@/ui/sign-in/reset-password").then(({ ResetPassword }) => ({ default: ResetPassword })));
const CommandPalette = lazy(() => import("./command-palette").then(({ CommandPalette }) => ({ default: CommandPalette })));

/** What stands around every page: the side bar, the palette, the keyboard's commands and what is told in passing. */
export function AppLayout() {
  const { data: me } = useQuery(meQuery());
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const isReset = path === "/reset-password";
  if (me !== null && !isReset) return <SignedIn />;
  return <Suspense fallback={<Loading />}>{isReset ? <ResetPassword /> : <SignIn />}</Suspense>;
}

function SignedIn() {
  const isWide = useIsWide();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const navigate = useNavigate();
  useReturn();
  const [isOpen, setIsOpen] = useState(isWide);
  const [shown, setShown] = useState<"palette" | "keys" | null>(null);

  // On a phone the side bar lies over the page, so it goes when a page was chosen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is the reason
  useEffect(() => setIsOpen(isWide), [isWide, isWide ? null : path]);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const command = isCommand(event, "k")
        ? () => setShown((now) => (now === "palette" ? null : "palette"))
        : isCommand(event, "o", true)
          ? () => void navigate({ to: "/" })
          : isCommand(event, "b")
            ? () => setIsOpen((now) => !now)
            : isCommand(event, "/") || (event.key === "?" && !isWriting(event))
              ? () => setShown("keys")
              : undefined;
      if (!command) return;
      event.preventDefault();
      command();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate]);

  const openPalette = () => setShown("palette");
  return (
    <SidebarContext value={{ isOpen, setIsOpen }}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2"
      >
        To the content
      </a>
      <div className="flex h-full overflow-hidden">
        {isOpen && !isWide && <div aria-hidden className="fixed inset-0 z-20 bg-black/40" onClick={() => setIsOpen(false)} />}
        <div
          className={classes(!isOpen && "hidden", isWide ? "w-72 shrink-0" : "fixed inset-y-0 left-0 z-30 w-[min(19rem,85vw)] shadow-2xl")}
        >
          <Sidebar openPalette={openPalette} openKeys={() => setShown("keys")} />
        </div>
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <ErrorBoundary resetKey={path}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Suspense>{shown === "palette" && <CommandPalette onClose={() => setShown(null)} />}</Suspense>
      <KeysDialog isOpen={shown === "keys"} onClose={() => setShown(null)} />
      <Notices />
    </SidebarContext>
  );
}
