"""The draft of a data protection impact assessment of one installation, from what it really is."""

from collections.abc import Iterator, Sequence

from maps import danish
from maps import dpia_text as words
from maps.plain_document import Bullets, Chapter, Decision, Grid, Paragraph, Part, PlainDocument
from models.installation import Installation
from models.viewer import Role

LAWYER, DPO, OPERATOR, BOTH = "jurist", "databeskyttelsesrådgiver", "drift", "begge myndigheder"
ON, OFF, UNSEEN = "Slået til", "Ikke slået til", "Kan ikke ses af programmet; skal bekræftes"


def impact_assessment(at: Installation) -> PlainDocument:
    """The document; what people must decide is marked as such."""
    chapters: tuple[tuple[str, Sequence[Part]], ...] = (
        ("Hvad Trygkort er, og hvad det er til for", _purpose(at)),
        ("Dataansvar og retsgrundlag", _law()),
        ("Oplysninger", _data(at)),
        ("Kilder", _sources(at)),
        ("Modtagere", _recipients(at)),
        ("Opbevaring og sletning", _retention(at)),
        ("Metoder og deres grænser", _methods(at)),
        ("Nødvendighed og proportionalitet", _necessity()),
        ("De registreredes rettigheder", [Bullets(words.RIGHTS), Decision(DPO, "Om det foreslåede er nok.")]),
        ("Sikkerhed", _security(at)),
        ("Risici", _risks()),
        ("Åbne spørgsmål", [Bullets(list(_open(at)), numbered=True)]),
        ("Behandling og godkendelse", _approval()),
    )
    return PlainDocument(
        title="Konsekvensanalyse vedrørende databeskyttelse",
        lead="Udkast, dannet af Trygkorts opsætning og database. Det, som mennesker skal afgøre eller "
        "udfylde, er markeret.",
        facts=[
            ("Partnerskab", at.partnership.name),
            ("Dannet", danish.long_date(at.made_on)),
            ("Version", at.code_version),
            ("Status", "Udkast, ikke godkendt"),
            ("Data", "Syntetiske (demonstration)" if at.synthetic else "Virkelige" if at.sources else "Ingen endnu"),
        ],
        chapters=[Chapter(f"{i}. {heading}", parts) for i, (heading, parts) in enumerate(chapters, 1)],
    )


def undescribed(at: Installation) -> list[str]:
    """The tables that nobody has described."""
    return sorted(set(at.columns) - set(words.TABLES))


def _purpose(at: Installation) -> list[Part]:
    areas = at.partnership.areas
    neighbours = danish.amount(len(areas.neighbours), "naboområde", "naboområder")
    controls = danish.amount(len(areas.controls), "kontrolområde", "kontrolområder")
    return [
        Paragraph(
            f"Trygkort viser, hvor og hvornår der sker og ventes hændelser i {areas.treated.name} med {neighbours} og "
            f"{controls}. Det handler om steder, aldrig om personer."
        ),
        Paragraph("Formålene er:"),
        Bullets(words.PURPOSES),
        Paragraph("Uden for formålet ligger:"),
        Bullets(words.NOT_PURPOSES),
        Paragraph(f"Kategorier: {', '.join(category.label for category in at.partnership.categories)}."),
    ]


def _law() -> list[Part]:
    return [
        Paragraph(
            "Udkastet lægger til grund, at der er to dataansvarlige, hver for sin del og efter hvert sit regelsæt."
        ),
        Grid(("Dataansvarlig", "Regelsæt", "Bestemmelser, der især er relevante"), words.LEGAL),
        Paragraph("Følgende er retlige spørgsmål, som programmet ikke kan svare på:"),
        *(Decision(LAWYER, question) for question in words.LEGAL_QUESTIONS),
    ]


def _data(at: Installation) -> list[Part]:
    rows = []
    for table in sorted(at.columns):
        described = words.TABLES.get(table, words.UNDESCRIBED)
        rows.append((table, described.what, described.about, ", ".join(at.columns[table])))
    return [
        Paragraph(
            "Listen er læst af databasen selv: den er alt, hvad der kan gemmes. Der er ingen felter til "
            "navn, cpr-nummer, "
            "adresse, telefon, e-mail, netadresse eller fri tekst; grunde og slags er koder fra lukkede lister."
        ),
        Grid(("Tabel", "Indhold", "Handler om", "Felter"), rows),
        Paragraph(
            "Et punkt med tidsrum og kategori kan, alene eller sammen med viden udefra, pege på en bolig og "
            "dermed på en "
            "person. Funktionskonti kan føres tilbage til en medarbejder af arbejdsgiveren. Begge dele "
            "behandles derfor "
            "her, som om de er personoplysninger."
        ),
        Decision(DPO, "Om funktionskonti deles af flere, så loggen kan opfylde sit formål uden at pege på en person."),
    ]


def _sources(at: Installation) -> list[Part]:
    if not at.sources:
        return [Paragraph("Der er ikke indlæst hændelser endnu."), Decision(BOTH, "Hvilke kilder der skal bruges.")]
    rows = [
        (
            source.name,
            "Opdigtede" if source.synthetic else "Virkelige",
            danish.number(source.taken),
            danish.long_date(source.last_import) if source.last_import else "–",
        )
        for source in at.sources
    ]
    return [
        Grid(("Kilde", "Data", "Hændelser indlæst", "Sidst indlæst"), rows),
        Decision(BOTH, "For hver kilde: hvilken myndighed den kommer fra, og med hvilken hjemmel den videregives."),
    ]


def _recipients(at: Installation) -> list[Part]:
    enforced = at.has_accounts or at.login_host is not None
    who = (
        "Hver bruger har en rolle i et partnerskab. Uden rolle ses intet."
        if enforced
        else "Roller er beskrevet, men ingen login er slået til: den, der kan logge på maskinen, ser alt."
    )
    rows = [(words.ROLES[role][0], words.ROLES[role][1]) for role in Role]
    outside = [
        f"Webbesked: {at.webhook_host} får at vide, at en alarm har ændret sig; ingen tal, steder eller kategorier."
        if at.webhook_host
        else "Webbeskeder til andre systemer er ikke slået til.",
        f"Login: {at.login_host} bekræfter, hvem der logger ind, og får at vide, at og hvornår det sker."
        if at.login_host
        else "Der bruges ingen ekstern logintjeneste.",
        f"Baggrundskort: {at.basemap_host} bliver af tjenesten spurgt om kortudsnit nær områderne, aldrig af brugernes "
        "browsere og uden oplysning om, hvem der ser hvad."
        if at.basemap_host
        else "Baggrundskortet kommer fra tjenesten selv.",
        "Udtræk: tabeller og kort kan gemmes som filer af den, der må se dem; hvert udtræk logges.",
        "Der overføres ikke oplysninger til tredjelande af programmet.",
    ]
    return [
        Paragraph(who),
        Grid(("Rolle", "Ser"), rows),
        Paragraph("Uden for tjenesten:"),
        Bullets(outside),
        Decision(
            LAWYER, "Databehandleraftale med den, der driver maskinen, hvis det er en anden end myndighederne selv."
        ),
    ]


def _retention(at: Installation) -> list[Part]:
    if not at.retention:
        return [
            Paragraph("Der er ikke indstillet frister for sletning: alt bliver liggende, til det slettes i databasen."),
            Decision(BOTH, "Frister for punkter, for antal pr. celle, for områdetal og for loggen."),
        ]
    return [
        Paragraph("Sletning sker efter disse frister, som er læst af opsætningen:"),
        Grid(("Oplysning", "Opbevares"), at.retention),
        Decision(BOTH, "Om fristerne er de rigtige, og hvem der efterser, at sletningen er sket."),
    ]


def _methods(at: Installation) -> list[Part]:
    false_alarms = danish.number(at.partnership.false_alarms.alerts_per_year, 2)
    complete = danish.number(100 * at.partnership.completeness.share)
    return [
        Grid(("Metode", "Hvad den gør", "Hvad den ikke kan"), words.METHODS),
        Paragraph(
            f"Overvågningen er indstillet til højst {false_alarms} falske alarmer om året, alle naboer og kategorier "
            f"tilsammen. En dag regnes for fuld, når {complete} % af hændelserne ventes at være kommet."
        ),
        Bullets(words.METHOD_LIMITS),
    ]


def _necessity() -> list[Part]:
    return [
        Bullets(words.NECESSITY),
        Decision(BOTH, "Om formålet kan nås med færre kategorier eller et mindre område."),
    ]


def measures(at: Installation) -> list[tuple[str, str, str]]:
    """Each measure with how it stands in this installation and why one may say so."""
    login = f"Logintjeneste: {at.login_host}" if at.login_host else "Lokale konti" if at.has_accounts else "Ingen login"
    return [
        ("Login", ON if at.login_host or at.has_accounts else OFF, login),
        (
            "Kryptering på nettet (https)",
            UNSEEN if at.proxied else OFF,
            "En betroet proxy er sat op foran tjenesten." if at.proxied else "Tjenesten svarer kun på maskinen selv.",
        ),
        (
            "Database",
            ON if at.private_database else UNSEEN,
            "Egen, privat database uden netadgang."
            if at.private_database
            else "Myndighedens egen server; adgang, kryptering og kopier hører under driften.",
        ),
        ("Logning af hvert opslag, før svaret gives", ON, "Kan der ikke logges, gives intet svar."),
        (
            "Log i kæde, så ændringer kan ses",
            ON if at.has_chain else OFF,
            "Hver linje har et aftryk af den forrige." if at.has_chain else "Linjerne er ikke kædet sammen.",
        ),
        (
            "Tjenesten kan kun føje til loggen",
            ON if at.own_login else OFF,
            "Tjenesten har sin egen rolle i databasen." if at.own_login else "Tjenesten ejer selv sine tabeller.",
        ),
        ("Små tal skjules for en bredere kreds", ON, "Under 5, og det, der kunne røbe dem."),
        ("Grænser for forsøg, størrelse og tid", ON, "Pr. netadresse og login; netadresser gemmes ikke."),
        ("Sider henter intet fra andre", ON, "Streng indholdspolitik; intet uden for tjenesten kan køre på siderne."),
        (
            "Hemmeligheder i filer, som kun ejeren kan læse",
            OFF if at.open_secrets else ON,
            "Andre kan læse: " + ", ".join(at.open_secrets) if at.open_secrets else "Ingen kan læses af andre.",
        ),
        ("Kryptering af disk, sikkerhedskopier, opdateringer", UNSEEN, "Hører under driften."),
    ]


def _security(at: Installation) -> list[Part]:
    names = f" Den svarer også under {', '.join(at.hosts)}." if at.hosts else ""
    return [
        Paragraph(f"Tilstanden er læst af opsætningen, da dokumentet blev dannet.{names}"),
        Grid(("Foranstaltning", "Tilstand", "Hvordan"), measures(at)),
        Decision(OPERATOR, "Bekræft de punkter, som programmet ikke kan se, og gem dokumentation."),
    ]


def _risks() -> list[Part]:
    return [
        Paragraph(
            "Risici for de berørte, med de foranstaltninger der findes. Sandsynlighed og konsekvens i sidste "
            "kolonne er et "
            "forslag til drøftelse, ikke en vurdering."
        ),
        Grid(("Risiko", "Hvem rammes", "Foranstaltninger", "Tilbage (sandsynlighed, konsekvens)"), words.RISKS),
        Decision(DPO, "Vurdering af hver risiko, og om den samlede rest er høj, så Datatilsynet skal høres."),
    ]


def _open(at: Installation) -> Iterator[str]:
    """What stands open in this installation, then what stands open in any."""
    for name, state, how in measures(at):
        if state == OFF:
            yield f"{name}: ikke slået til. {how} Begrund, at det er tilstrækkeligt, eller slå det til."
        elif state == UNSEEN:
            yield f"{name}: skal bekræftes af driften."
    if not at.retention:
        yield "Frister for sletning er ikke sat."
    if at.synthetic:
        yield "Dokumentet er dannet af en demonstration. Dan det igen af den rigtige installation."
    for table in undescribed(at):
        yield f"Tabellen {table} er ikke beskrevet."
    yield "De retlige spørgsmål i afsnit 2 er ikke besvaret."
    yield "Repræsentanter for de berørte (beboere, erhvervsdrivende, medarbejdere) er ikke hørt, eller det "
    "er ikke angivet."
    yield "Instruks til brugerne og aftale om stikprøver i loggen mangler, eller er ikke angivet."


def _approval() -> list[Part]:
    rows: Sequence[tuple[str, str, str]] = [
        ("Dataansvarlig, politikredsen", "", ""),
        ("Dataansvarlig, kommunen", "", ""),
        ("Databeskyttelsesrådgiver, politiet", "", ""),
        ("Databeskyttelsesrådgiver, kommunen", "", ""),
    ]
    return [
        Grid(("Hvem", "Bemærkninger", "Dato og underskrift"), rows),
        Paragraph(
            "Analysen tages op igen, når formål, kilder, modtagere, metoder eller opsætning ændres, og "
            "mindst én gang om "
            "året. Dan den da igen med: trygkort dpia export."
        ),
    ]
