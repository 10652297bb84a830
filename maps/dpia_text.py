"""The words of the impact assessment that do not depend on the installation. Danish, for people."""

from collections.abc import Mapping
from typing import NamedTuple

from models.viewer import Role

PLACES = "Steder"
POINTS = "Steder; kan i enkelte tilfælde pege på personer"
STAFF = "Medarbejderes funktionskonti"
NONE = "Drift, ingen personer"


class Described(NamedTuple):
    """What a table holds, and what or whom it is about."""

    what: str
    about: str


TABLES: Mapping[str, Described] = {
    "source": Described("Hvilke kilder hændelserne kommer fra, og om de er opdigtede.", NONE),
    "incident": Described(
        "Hændelser: kategori, tidsrum, punkt med nøjagtighed, område og celle, og en kode i stedet for sagsnummeret. "
        "Tidligere udgaver af en rettet hændelse ligger her også.",
        POINTS,
    ),
    "incident_columns": Described("Visning af hændelserne, som statistikken læser dem.", POINTS),
    "panel_entry": Described(
        "Antal hændelser pr. celle, område, dag, vagt og kategori, som indlæsninger ændrede dem.", PLACES
    ),
    "panel": Described("Visning: de samme antal lagt sammen.", PLACES),
    "import_batch": Described("Hvornår der er indlæst, fra hvilken kilde, og hvor mange rækker.", NONE),
    "import_reject": Described(
        "Hvor mange rækker der er afvist, og af hvilken grund. Rækkerne selv gemmes ikke.", NONE
    ),
    "run": Described("Hver beregning: dato, indstillinger og version.", NONE),
    "run_product": Described(
        "De færdige kort, tabeller og tal fra en beregning, samlet pr. celle eller område.", PLACES
    ),
    "audit": Described("Log: hvem (funktionskonto) gjorde hvad hvornår, og med hvilket udfald.", STAFF),
    "audit_head": Described("Sidste led i logkæden, så det kan ses, om en linje er ændret eller fjernet.", NONE),
    "alert": Described("Alarmer: hvilket naboområde og hvilken kategori, med tal, usikkerhed og status.", PLACES),
    "alert_event": Described("Hvad der er besluttet om en alarm, af hvilken funktionskonto; grunde er koder.", STAFF),
    "alert_evidence": Described("De tal pr. område og dag, som en alarm hviler på, så den kan regnes efter.", PLACES),
    "watch_threshold": Described("Simulerede grænser for alarmer.", NONE),
    "watch_power": Described("Simuleringer af, hvad overvågningen kan opdage.", NONE),
    "webhook_outbox": Described(
        "Hvilke andre systemer der skal have besked om, at en alarm har ændret sig. Ingen tal.", NONE
    ),
    "intervention": Described(
        "Indsatser: område, slags (kode), første og sidste dag, og hvilken funktionskonto der skrev.", STAFF
    ),
    "intervention_event": Described("Ændringer af indsatser, og hvilken funktionskonto der gjorde det.", STAFF),
    "audit_incoming": Described("Linjer på vej ind i loggen; tom mellem opslag.", STAFF),
    "account": Described("Funktionskonti: navn på funktionen og en kode, der kan prøve en adgangskode.", STAFF),
    "account_grant": Described("Hvilke roller en funktionskonto har i hvilket partnerskab.", STAFF),
    "account_session": Described("Hvornår en funktionskonto er logget ind og sidst set; ikke hvor fra.", STAFF),
    "one_time_login": Described("Engangslogin: en kode, der kan prøve et link, og hvornår det udløber.", STAFF),
    "api_token": Described("Adgangsnøgler til programmer, hver en kode, der kan prøve en nøgle.", STAFF),
    "release": Described("Udgivne tal for områder og celler; tal under 5 kan ikke regnes ud.", PLACES),
    "release_snapshot": Described("Månedens antal pr. område, celle og kategori, som udgivelser er lavet af.", PLACES),
    "indicator_value": Described(
        "Tal udefra om områder: tryghedsmålinger og de professionelles vurdering. Ingen hændelser.", PLACES
    ),
    "report": Described("Udgivne rapporter, som de blev udgivet; alle tal om hændelser er udgivne tal.", PLACES),
    "area_day": Described("Antal hændelser pr. område, dag og kategori, efter at cellerne er slettet.", PLACES),
    "area_month": Described("Antal hændelser pr. område, måned og kategori, efter at dagene er slettet.", PLACES),
    "legal_hold": Described("Hvad der ikke må slettes endnu, af hvilken grund (kode) og til hvornår.", STAFF),
    "plan": Described(
        "Planer for vagter: steder, grunde og tider, beregnet af anmeldte hændelser. Ingen udgave kan ændres.", PLACES
    ),
    "plan_document": Described("Den samme plan sat op til papir.", PLACES),
    "plan_event": Described("Hvornår en plan blev godkendt, og i hvilken rolle.", STAFF),
    "plan_feedback": Described("Om planer ser ud til at følge deres egne spor: ét tal for alle steder.", NONE),
    "plan_rule": Described("Steder, der skal være med i planer eller ikke må, med grund (kode) og dage.", STAFF),
    "plan_visit": Described("Om et planlagt besøg på et sted blev gjort. Ikke hvem der gjorde det.", PLACES),
    "saved_question": Described(
        "Spørgsmål, en analytikers funktionskonto stiller igen: filtre og et emne (kode), ingen tal og ingen tekst.",
        STAFF,
    ),
    "legal_zone": Described("Zoner med særlige beføjelser: områder, tid og dato for beslutningen.", STAFF),
    "retention_proof": Described("Hvad der er slettet hvornår: antal rækker og kontroltal.", STAFF),
    "schema_migration": Described("Hvilke trin databasens opbygning har gennemgået.", NONE),
}
UNDESCRIBED = Described("Tabellen er ikke beskrevet. Beskriv den, før dokumentet bruges.", "Skal afklares")

# Who has a role, and what it is shown (see `models.viewer.Role`).
ROLES: Mapping[Role, tuple[str, str]] = {
    Role.PLANNER: ("Planlægger i politiet", "Kort og planer pr. celle for eget partnerskab"),
    Role.ANALYST: (
        "Analytiker i politiet",
        "Celler i fineste opdeling, alarmer, beregninger og udtræk for eget partnerskab",
    ),
    Role.STEERING: ("Styregruppe (kommune og politi)", "Områder og store celler; små tal er skjult"),
    Role.GUEST: ("Arbejdsgruppens gæster", "Kun det, der er frigivet til dem"),
    Role.INGEST: ("Den, der indlæser data", "Indlæsning, ingen tal"),
    Role.AUDITOR: ("Den, der fører tilsyn", "Loggen, ingen tal"),
    Role.ADMIN: ("Administrator", "Konti og indstillinger, ingen tal"),
}

PURPOSES = (
    "Politiet: planlægge synlig, forebyggende indsats de steder og tidspunkter, hvor der ventes flest hændelser.",
    "Politi og kommune: se, om en indsats flytter kriminalitet til naboområder eller tværtimod gavner dem.",
    "Styregruppen: følge områdernes udvikling og vurdere indsatser samlet.",
)
NOT_PURPOSES = (
    (
        "Trygkort må ikke bruges til at vurdere, udpege, registrere eller opsøge enkeltpersoner, og et kort er "
        "ikke i sig selv "
        "et mistankegrundlag. Det står på hver side og hvert kort."
    ),
    (
        "Oplysninger om navngivne personer, grupper eller miljøer indgår ikke og kan ikke skrives ind: "
        "der er ingen felter "
        "til dem."
    ),
    "Trygkort træffer ingen afgørelser. Ingen kontrol, patrulje eller sag sættes i gang af programmet selv.",
)

LEGAL = (
    (
        "Politikredsen",
        (
            "Retshåndhævelsesloven (lov nr. 410 af 27. april 2017 med senere ændringer), der gennemfører direktiv (EU) "
            "2016/680, når behandlingen sker for at forebygge, efterforske eller afsløre strafbare "
            "handlinger, også ved "
            "generel forebyggelse."
        ),
        (
            "Direktivets artikel 4 (principper), 20 (indbygget databeskyttelse), 24 (fortegnelse), 25 (logning), "
            "27 (konsekvensanalyse), 28 (forudgående høring) og 29 (sikkerhed), som gennemført i loven."
        ),
    ),
    (
        "Kommunen",
        (
            "Databeskyttelsesforordningen (EU) 2016/679 og databeskyttelsesloven (lov nr. 502 af 23. maj "
            "2018 med senere "
            "ændringer)."
        ),
        (
            "Forordningens artikel 5 (principper), 6, stk. 1, litra e (myndighedsopgave), 10 (lovovertrædelser), "
            "25 (indbygget databeskyttelse), 30 (fortegnelse), 32 (sikkerhed), 35 (konsekvensanalyse) og "
            "36 (forudgående "
            "høring); databeskyttelseslovens § 8 om oplysninger om strafbare forhold."
        ),
    ),
)
LEGAL_QUESTIONS = (
    (
        "Om politi og kommune er to selvstændige dataansvarlige, som dette udkast lægger til grund, eller fælles "
        "dataansvarlige (forordningens artikel 26; direktivets artikel 21), og hvem der er databehandler for driften."
    ),
    (
        "Om et punkt med tidsrum og kategori er en personoplysning hos den enkelte myndighed, og om det kan være en "
        "oplysning om et strafbart forhold (artikel 10 og lovens § 8). Udkastet behandler det, som om det kan være det."
    ),
    "Det præcise hjemmelsgrundlag for kommunens del af behandlingen, og om kommunen må modtage andet end områdetal.",
    (
        "Hjemlen for at politiet videregiver oplysninger til kommunen, og om viderebehandling til kommunens formål er "
        "forenelig med det formål, de er indsamlet til. Retsplejelovens § 115 er ikke forudsat: der udveksles ikke "
        "oplysninger om enkeltpersoners forhold."
    ),
    (
        "Om analysen skal sendes til Datatilsynet til forudgående høring, når de foreslåede foranstaltninger er "
        "gennemført."
    ),
    (
        "Hvilke oplysninger de registrerede og offentligheden skal have, og hvordan indsigt gives, når "
        "der ikke kan søges "
        "på personer."
    ),
)

NECESSITY = (
    (
        "Formålet kan ikke nås med årlige statistikker: skift fra dag til dag og mellem nabogader ses "
        "først, når hændelser "
        "har sted og tid."
    ),
    (
        "Personoplysninger er ikke nødvendige og er udeladt: navn, cpr-nummer, adresse, sagstekst, signalement, "
        "nationalitet "
        "og køretøj indgår ikke. Sagsnummeret bliver til en kode med en nøgle, der ligger uden for databasen."
    ),
    (
        "En kategori, et tidsrum og et punkt er det mindste, metoderne kan nøjes med. Kort og tabeller viser celler og "
        "områder, ikke punkter."
    ),
    (
        "Mindre indgribende veje er valgt, hvor de findes: små tal skjules for en bredere kreds, webbeskeder og feed "
        "indeholder ingen tal, og sider henter intet fra andre."
    ),
)

METHODS = (
    (
        "Dagens kort",
        (
            "Ventet antal hændelser pr. celle og vagt ud fra tidligere hændelser, årstid, ugedag og "
            "vagt; celler fremhæves "
            "kun, når to prøver begge udelukker tilfældet."
        ),
        "Siger noget om steder i gennemsnit. Siger intet om, hvem der er på stedet, og intet sikkert om én dag.",
    ),
    (
        "Forskydning og alarmer",
        (
            "Sammenligner det behandlede område med hver nabo og med kontrolområder; en alarm kræver, at "
            "forklaringer som "
            "årstid og fælles udvikling er udelukket."
        ),
        (
            "En alarm er en påstand, der kan være falsk, og en udebleven alarm er intet bevis. Mennesker undersøger og "
            "afgør, med en grund fra en lukket liste."
        ),
    ),
    (
        "Udvikling",
        "Klasser (fald, ingen klar ændring, stigning) med interval.",
        "Små tal giver brede intervaller og vises ikke som procenter.",
    ),
    (
        "Indsatser",
        "Før/efter med kontrolområder og placebo i tid og rum.",
        "Viser sammenfald med en indsats, ikke med sikkerhed en virkning.",
    ),
)
METHOD_LIMITS = (
    "Ingen forudsigelser om personer: ingen metode har en person som enhed, og ingen variabel beskriver beboere.",
    (
        "Selvforstærkning: hvor politiet er, findes mere. Hændelser, som politiet selv har fundet, holdes "
        "adskilt og indgår "
        "som udgangspunkt ikke i rangering, ventede tal eller forskydning."
    ),
    "Skæv anmeldelse: steder, hvor få anmelder, ser roligere ud, end de er. Det kan statistikken ikke rette.",
    "Forsinkelse: de sidste dage er ufuldstændige; kortene siger det, og alarmer gives kun på dage, der er fulde nok.",
    "Usikkerhed vises altid, og metodernes hyppighed af falske fund er målt på data uden mønster (docs/null_rates.md).",
)

RIGHTS = (
    "Oplysningspligt: en fælles, offentlig beskrivelse af Trygkort, som begge myndigheder henviser til, foreslås.",
    (
        "Indsigt: der kan ikke søges på person, adresse eller sagsnummer. En anmodning besvares ud fra "
        "myndighedens egne "
        "systemer, hvor sagen er registreret."
    ),
    (
        "Berigtigelse og sletning: en rettet eller tilbagekaldt sag rettes ved næste indlæsning; "
        "hændelsens kode gør det "
        "muligt at finde den, når sagsnummeret kendes. Tidligere udgaver bliver liggende, til de slettes efter fristen."
    ),
    "Indsigelse og automatiske afgørelser: der træffes ingen afgørelser om personer.",
)


class Risk(NamedTuple):
    """A risk for people; likelihood and severity are proposals, with the measures in place."""

    what: str
    whom: str
    measures: str
    left: str


RISKS = (
    Risk(
        "Et punkt og et tidspunkt peger på én bolig og dermed på en forurettet eller en beboer.",
        "Forurettede, beboere",
        "Ingen adresse gemmes; kort viser celler; små tal skjules for en bredere kreds; roller; opbevaringsfrister.",
        "Lille sandsynlighed, middel konsekvens. Analytikere ser den fineste opdeling og skal instrueres.",
    ),
    Risk(
        "Koden for en sag føres tilbage til sagsnummeret og derfra til personer.",
        "Forurettede, mistænkte, vidner",
        "Koden er lavet med en nøgle, der ikke ligger i databasen. Koder vises ikke på sider og i udtræk.",
        "Lille, middel. Den, der har både nøglen og en liste med sagsnumre, kan genkende sager: hold dem adskilt.",
    ),
    Risk(
        "Persondata følger med i en fil ved en fejl.",
        "Alle, der er nævnt i sagerne",
        "Filer læses kun efter en profil; kolonner, der ligner persondata, udelades; værdier, der ligner cpr-nummer, "
        "e-mail, telefonnummer eller nummerplade, afvises og gentages ikke.",
        "Lille, stor. Filen selv ligger stadig hos den, der indlæste den, og skal slettes der.",
    ),
    Risk(
        "Et kort bruges som begrundelse for at standse eller visitere personer på et sted.",
        "Borgere, der færdes på fremhævede steder",
        "Forbuddet står på hver side; kun steder med sikre fund fremhæves; grunden til fremhævning kan læses.",
        "Middel, stor. Kræver instruks og opfølgning i politiet; kan ikke løses i programmet.",
    ),
    Risk(
        "Selvforstærkning: mere politi giver flere fund, som giver mere politi.",
        "Beboere i de mest patruljerede områder",
        "Hændelser fundet af politiet holdes ude af rangering og alarmer; virkningen af indsatser måles med kontrol.",
        "Middel, middel. Fordelingen af indsats mellem områder bør gennemgås årligt.",
    ),
    Risk(
        "Et område og dets beboere stemples.",
        "Beboere, erhvervsdrivende",
        "Kort er ikke offentlige; styregruppen ser områder med skjulte små tal; ingen oplysninger om beboere.",
        "Middel, middel. Offentliggørelse kræver en beslutning om form og sprog.",
    ),
    Risk(
        "Falske eller oversete alarmer fører til forkerte indsatser.",
        "Beboere, medarbejdere",
        "Grænsen for falske alarmer er valgt og simuleret; hver alarm viser, hvor ofte tilfældet giver den; mennesker "
        "afgør; alt kan regnes efter.",
        "Middel, lille.",
    ),
    Risk(
        "Uvedkommende får adgang udefra.",
        "Alle ovenfor",
        "Se afsnittet om sikkerhed: login, roller, grænser for forsøg, ingen hentning fra andre, kryptering "
        "før tjenesten.",
        "Lille, stor. Afhænger af de punkter, der ikke er slået til eller skal bekræftes.",
    ),
    Risk(
        "En medarbejder slår op uden tjenstlig grund.",
        "Beboere i små områder",
        "Hvert opslag logges, før svaret gives; kan der ikke logges, gives intet svar. Der kan ikke søges på personer.",
        "Middel, lille. Stikprøver i loggen skal aftales.",
    ),
    Risk(
        "Formålet skrider: tallene kobles med personregistre eller bruges i enkeltsager.",
        "Borgere i området",
        "Ingen felter til personer eller fri tekst; ingen kobling til andre systemer; udtræk logges.",
        "Lille, stor. Kræver aftale mellem myndighederne om, hvad udtræk må bruges til.",
    ),
    Risk(
        "Loggen bruges til at overvåge medarbejdere.",
        "Medarbejdere",
        "Konti er funktioner, ikke navne; netadresser og browsere gemmes ikke; kun tilsynsrollen ser loggen.",
        "Lille, lille. Formålet med loggen skal være aftalt og kendt.",
    ),
    Risk(
        "Data eller log går tabt eller ændres.",
        "Ingen direkte; beslutninger på forkert grundlag",
        "Indlæsning er alt eller intet; optællingen kan bevises (trygkort check); beregninger kan gentages.",
        "Lille, lille. Sikkerhedskopier og afprøvning af dem er driftens opgave.",
    ),
)
